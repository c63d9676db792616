import ExeuntProvider
import Foundation
import OpenIDTypes
import Testing

@Suite("The receipt")
struct ReceiptPageTests {
    private func html(_ states: [ReceiptState], after: Duration = .seconds(1)) -> String {
        PageTests.renderer.html(SamplePages.lifelike.receipt(states, after: after))
    }

    @Test(
        "Every state is said in plain words",
        arguments: [
            (ReceiptState.confirmed, "confirmed", "Confirmed by its server."),
            (.askedThroughBrowser, "asked", "Asked through your browser; this cannot be confirmed."),
            (
                .notAskedNoBrowser, "not-asked",
                "Not asked: it can only be reached through a browser, and none was there."
            ),
            (.pending, "pending", "Waiting: connection refused. We keep trying until 2025-03-06 11:06 UTC."),
            (.refused, "refused", "Its server refused to sign you out: connection refused."),
            (.abandoned, "abandoned", "Given up after 3 attempts: connection refused."),
            (.noLogoutAddress, "no-address", "It has no logout address: you may still be signed in there."),
            (.switchedOff, "switched-off", "Not told: it does not want to hear of sessions that expire."),
        ]
    )
    func states(state: ReceiptState, name: String, sentence: String) {
        let html = html([state])
        #expect(html.contains("<li data-client=\"photo album\" data-state=\"\(name)\""))
        #expect(html.contains(sentence))
    }

    @Test("The headline names every application that may still be signed in, and nothing else is called safe")
    func verdict() {
        let all = html(ReceiptState.allCases)
        #expect(all.contains("You may still be signed in to "))
        #expect(html([.confirmed, .confirmed]).contains("<p>No application is still signed in.</p>"))
        for state in ReceiptState.allCases where state != .confirmed {
            let page = html([.confirmed, state])
            #expect(!page.contains("No application is still signed in."), "\(state)")
            // The second sample is called Timesheets.
            let start = page.range(of: "id=\"verdict\"")!.upperBound
            let end = page.range(of: "</div>", range: start..<page.endIndex)!.lowerBound
            #expect(page[start..<end].contains("Timesheets"), "\(state)")
            #expect(!page[start..<end].contains("Photo Album"), "\(state)")
        }
    }

    @Test("A-81: offline access and a token that is still valid are said, an expired one is not")
    func more() {
        #expect(html([.pending]).contains("It keeps offline access"))
        #expect(html([.refused]).contains("Its access token is valid until 2025-03-03 11:10 UTC."))
        #expect(!html([.refused], after: .seconds(241)).contains("access token is valid"))
    }

    @Test(
        "It looks again while something is pending, ever more rarely, and gives up after an hour",
        arguments: [
            (1, ReceiptState.pending, 3), (60, .pending, 10), (600, .pending, 60), (3600, .pending, nil),
            (1, .confirmed, nil), (1, .abandoned, nil),
        ] as [(Int, ReceiptState, Int?)]
    )
    func refresh(seconds: Int, state: ReceiptState, expected: Int?) {
        let page = SamplePages.lifelike.receipt([state], after: .seconds(seconds))
        #expect(page.refresh?.seconds == expected)
        let html = PageTests.renderer.html(page)
        #expect(html.contains("http-equiv=\"refresh\"") == (expected != nil))
        if let expected { #expect(html.contains("http-equiv=\"refresh\" content=\"\(expected)\"")) }
    }

    @Test("A list that is still being written is not called complete")
    func unfinished() {
        let receipt = LogoutReceipt(
            logoutID: LogoutID("l"), startedAt: SamplePages.start, cause: .endSession, accountName: nil,
            applications: [], isUnfinished: true
        )
        let html = PageTests.renderer.html(ReceiptPage(receipt: receipt, now: SamplePages.start))
        #expect(html.contains("More applications are still to be told."))
        #expect(!html.contains("nobody had to be told") && !html.contains("No application is still signed in"))
        #expect(html.contains("http-equiv=\"refresh\""))
    }
}
