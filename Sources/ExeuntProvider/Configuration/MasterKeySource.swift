/// Where the key that encrypts secrets at rest comes from.
package enum MasterKeySource: Sendable, Hashable {
    /// A file: given, or beside the SQLite database, where it is created together with an empty database.
    case file(String)
    /// 32 bytes from the environment, for platforms that hand secrets over that way.
    case bytes([UInt8])
}
