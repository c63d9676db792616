import Crypto

/// The files that pages refer to, each with a name that changes with its content, so that browsers may keep them.
struct PageAssets: Sendable {
    struct File: Sendable {
        let bytes: [UInt8]
        let type: String
        /// The first half of the content's SHA-256, in hexadecimal.
        let version: String

        init(_ bytes: [UInt8], type: String) {
            self.bytes = bytes
            self.type = type
            version = SHA256.hash(data: bytes).prefix(8).map { byte in
                let digits = String(byte, radix: 16)
                return digits.count == 1 ? "0" + digits : digits
            }.joined()
        }
    }

    private let base: String

    /// - Parameter base: the issuer's path, empty for most.
    init(base: String) { self.base = base }

    func file(_ name: String) -> File? { Self.files[name] }

    /// Where a page finds the file.
    func address(_ name: String) -> String {
        "\(base)/assets/\(name)" + (Self.files[name].map { "?v=\($0.version)" } ?? "")
    }

    private static let script = "text/javascript; charset=utf-8"

    private static let files: [String: File] = [
        "exeunt.css": File(PackageResources.exeunt_css, type: "text/css; charset=utf-8"),
        "mark.svg": File(PackageResources.mark_svg, type: "image/svg+xml"),
        PageScript.formPost.rawValue: File(PackageResources.form_post_js, type: script),
        PageScript.frontChannel.rawValue: File(PackageResources.front_channel_js, type: script),
    ]
}
