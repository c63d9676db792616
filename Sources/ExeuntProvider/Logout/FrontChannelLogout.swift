package import OpenIDTypes

/// The address of one front-channel frame (Front-Channel Logout §2).
package enum FrontChannelLogout {
    /// The registered address with its own query kept, and `iss` and `sid` both or neither (FC-OP-3, FC-OP-5).
    ///
    /// Both are always sent: an application without its cookie in the frame finds its session by `sid` alone.
    package static func address(of registered: String, issuer: String, sid: SID) -> String {
        FormEncoding.appending([("iss", issuer), ("sid", sid.rawValue)], toQueryOf: registered)
    }
}
