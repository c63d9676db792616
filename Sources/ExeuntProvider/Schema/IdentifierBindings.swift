package import OpenIDTypes
package import SQLStore

// Identifiers and moments go into and out of SQL as themselves, never by way of a bare string.

extension SQLBindable where Self: Identifier {
    package var sqlValue: SQLValue { .text(rawValue) }
}

extension SQLReadable where Self: Identifier {
    package init(sqlValue: SQLValue) throws { self.init(try String(sqlValue: sqlValue)) }
}

extension ClientID: SQLBindable, SQLReadable {}
extension AccountID: SQLBindable, SQLReadable {}
extension Subject: SQLBindable, SQLReadable {}
extension SessionID: SQLBindable, SQLReadable {}
extension SID: SQLBindable, SQLReadable {}
extension UserAgentID: SQLBindable, SQLReadable {}
extension GrantID: SQLBindable, SQLReadable {}
extension LogoutID: SQLBindable, SQLReadable {}
extension DeliveryID: SQLBindable, SQLReadable {}
extension KeyID: SQLBindable, SQLReadable {}

extension Timestamp: SQLBindable, SQLReadable {
    package var sqlValue: SQLValue { .integer(milliseconds) }
    package init(sqlValue: SQLValue) throws { self.init(milliseconds: try Int64(sqlValue: sqlValue)) }
}
