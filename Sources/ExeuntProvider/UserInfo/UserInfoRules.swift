import OpenIDTypes

/// What UserInfo decides.
package enum UserInfoRules {
    /// The one token of the request. In a query it would end up in logs: it is not looked for there (RFC 6750 §5.3).
    /// - Parameters:
    ///   - headers: how many `Authorization` fields there are.
    ///   - bearer: the token of the one that is `Bearer`.
    ///   - form: the form parameter `access_token` of a POST.
    package static func token(headers: Int, bearer: String?, form: String?) throws(UserInfoRefusal) -> String {
        guard headers <= 1, headers == 0 || form == nil else { throw .tokenGivenTwice }
        guard let token = bearer ?? form else { throw .tokenMissing }
        return token
    }

    /// - Parameter audience: the resource server that the token is for. One that was made for somebody else must not
    ///   open the person's data to them here.
    package static func check(scope: [String], audience: String?, hasPerson: Bool) throws(UserInfoRefusal) {
        guard audience == nil else { throw .tokenInvalid }
        guard hasPerson, scope.contains(KnownScope.openid.rawValue) else { throw .scopeInsufficient }
    }
}
