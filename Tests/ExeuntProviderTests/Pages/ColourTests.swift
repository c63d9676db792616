import ExeuntProvider
import Foundation
import Testing

@Suite("Colours")
struct ColourTests {
    /// The style sheet's custom colours: of the light scheme, or of the dark one.
    private func colours(isDark: Bool) async throws -> [String: [Double]] {
        let place = try await ServerPlace()
        let css = try await place.get("/assets/exeunt.css").text
        await place.close()
        let blocks = css.components(separatedBy: "@media (prefers-color-scheme: dark)")
        try #require(blocks.count == 2)
        let block = isDark ? blocks[1].prefix(upTo: blocks[1].range(of: "\n}")!.lowerBound) : blocks[0][...]
        var found: [String: [Double]] = [:]
        for match in block.matches(of: /--([a-z-]+): #([0-9a-f]{3,6});/) {
            var digits = String(match.output.2)
            if digits.count == 3 { digits = digits.map { "\($0)\($0)" }.joined() }
            let number = try #require(Int(digits, radix: 16))
            found[String(match.output.1)] = [16, 8, 0].map { Double(number >> $0 & 255) / 255 }
        }
        return found
    }

    /// WCAG 2.2, relative luminance.
    private func luminance(_ colour: [Double]) -> Double {
        let linear = colour.map { $0 <= 0.04045 ? $0 / 12.92 : pow(($0 + 0.055) / 1.055, 2.4) }
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }

    @Test(
        "Every text is readable in both schemes (WCAG 1.4.3: 4.5), every border of a control visible (1.4.11: 3)",
        arguments: [
            ("ink", "paper", 4.5), ("ink", "card", 4.5), ("soft", "card", 4.5), ("soft", "paper", 4.5),
            ("on-accent", "accent", 4.5), ("on-accent", "accent-deep", 4.5), ("accent", "card", 4.5),
            ("good", "card", 4.5), ("asked", "card", 4.5), ("pending", "card", 4.5), ("ink", "wash-good", 4.5),
            ("ink", "wash-asked", 4.5), ("ink", "wash-pending", 4.5), ("ink", "wash-open", 4.5),
            ("edge", "card", 3), ("edge", "paper", 3),
        ],
        [false, true]
    )
    func contrast(pair: (String, String, Double), isDark: Bool) async throws {
        let colours = try await colours(isDark: isDark)
        let front = luminance(try #require(colours[pair.0]))
        let back = luminance(try #require(colours[pair.1]))
        let ratio = (max(front, back) + 0.05) / (min(front, back) + 0.05)
        #expect(ratio >= pair.2, "\(pair.0) on \(pair.1): \(ratio)")
    }
}
