// Goes on when every frame has answered or the time is over, whichever comes first. A load event is no proof of
// anything: it only says that waiting longer for that frame is useless.
"use strict";
(() => {
  const done = new WeakSet();
  let settled = (frame) => done.add(frame);

  // Load events do not bubble, but they can be captured. This script runs before the frames are parsed, so that a frame
  // which loads at once is not missed.
  for (const kind of ["load", "error"]) {
    document.addEventListener(kind, (event) => {
      if (event.target instanceof HTMLIFrameElement && !done.has(event.target)) settled(event.target);
    }, true);
  }

  document.addEventListener("DOMContentLoaded", () => {
    const box = document.getElementById("frames");
    const next = document.getElementById("continue").href;
    const waiting = Array.from(box.querySelectorAll("[data-src]"));
    const shown = Array.from(box.querySelectorAll("iframe"));
    let open = shown.filter((frame) => !done.has(frame)).length;
    let gone = false;

    const goOn = () => {
      if (gone) return;
      gone = true;
      location.replace(next);
    };

    const start = (place) => {
      const frame = document.createElement("iframe");
      frame.title = place.dataset.title;
      frame.setAttribute("sandbox", "allow-scripts allow-same-origin");
      frame.referrerPolicy = "no-referrer";
      frame.tabIndex = -1;
      frame.src = place.dataset.src;
      open += 1;
      place.replaceWith(frame);
    };

    const fill = () => {
      while (open < Number(box.dataset.widest) && waiting.length > 0) start(waiting.shift());
      if (open <= 0) goOn();
    };

    settled = (frame) => {
      done.add(frame);
      open -= 1;
      fill();
    };

    // One time limit per batch and never more than three: hanging applications must not hold the person here.
    const batches = Math.min(3, 1 + Math.ceil(waiting.length / Number(box.dataset.widest)));
    setTimeout(goOn, Number(box.dataset.wait) * 1000 * batches);
    fill();
  });
})();
