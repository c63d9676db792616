import ExeuntProvider
import OpenIDTypes
import Testing

@Suite("Retry-After")
struct RetryAfterTests {
    @Test(
        "A-41, A-45: an application's date with numbers beyond any calendar is no wish, and no overflow",
        arguments: [
            "a 1 Jan 99999999999 0:0:0 GMT", "a 99999999999 Jan 1 0:0:0 GMT", "a 1 Jan 1 99999999999:0:0 GMT",
            "a 1 Jan 1 0:99999999999:0 GMT", "a 1 Jan 1 0:0:99999999999 GMT", "a 1 Jan -9999999999 0:0:0 GMT",
            "a -9999999999 Jan 1 0:0:0 GMT", "Sun, 99 Nov 2026 08:49:37 GMT", "Sun, 06 Nov 2026 24:49:37 GMT",
            "Sun, 06 Nov 2026 08:61:37 GMT", "Sun, 06 Nov -026 08:49:37 GMT", "Sun, +6 Nov 2026 08:49:37 GMT",
        ]
    )
    func overflow(_ text: String) {
        #expect(RetryAfter.parse(text, at: Timestamp(seconds: 1_790_000_000)) == nil)
    }
}
