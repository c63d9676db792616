/// Loads the applications' front-channel logout addresses in hidden frames (Front-Channel Logout §3), then goes on.
///
/// A `load` event is no proof that anybody signed out: it only says that waiting longer is useless.
package struct FrontChannelPage: Page {
    package struct Frame: Sendable, Hashable {
        package var clientName: String
        /// The registered address with `iss` and `sid`.
        package var uri: String

        package init(clientName: String, uri: String) {
            self.clientName = clientName
            self.uri = uri
        }
    }

    /// Frames that load at the same time; more would make the page unusable.
    package static let widest = 100

    package var frames: [Frame]
    /// Our own continue address, which answers 303.
    package var continueURL: String
    /// How long to wait for one batch of `widest` frames.
    package var waitSeconds: Int

    package init(frames: [Frame], continueURL: String, waitSeconds: Int = 2) {
        self.frames = frames
        self.continueURL = continueURL
        self.waitSeconds = waitSeconds
    }

    package var template: PageTemplate { .frontchannel }
    package var title: String { Texts.FrontChannel.title }
    package var frameSources: [String] { frames.map(\.uri) }
    package var script: PageScript? { .frontChannel }

    package var refresh: PageRefresh? {
        PageRefresh(seconds: max(1, waitSeconds), address: continueURL, withoutScriptOnly: true)
    }

    package var model: [String: PageValue] {
        let rows = frames.map { frame -> [String: PageValue] in
            [
                "name": .text(frame.clientName), "uri": .text(frame.uri),
                "label": .text(Texts.FrontChannel.frame(frame.clientName)),
            ]
        }
        return [
            "lead": .text(Texts.FrontChannel.lead(count: frames.count)),
            "frames": .list(Array(rows.prefix(Self.widest))),
            "waiting": .list(Array(rows.dropFirst(Self.widest))),
            "names": .list(names.map { ["name": .text($0)] }),
            "continueURL": .text(continueURL),
            "wait": .text(String(waitSeconds)),
            "widest": .text(String(Self.widest)),
        ]
    }

    /// Each application once: it may have several sessions to end, and the person knows it by one name.
    private var names: [String] {
        var seen: Set<String> = []
        return frames.map(\.clientName).filter { seen.insert($0).inserted }
    }
}
