/// Limits of the database layer. The defaults need no change in production.
package struct DatabaseOptions: Sendable {
    /// SQLite: connections that read, each with a thread.
    package var readers = 3
    /// PostgreSQL: connections, each with a thread.
    package var connections = 8
    /// SQLite: how long a write waits for another process, in milliseconds.
    package var busyTimeout = 10_000
    /// SQLite: write blocks that share one commit, at most.
    package var maximumGroup = 256
    /// PostgreSQL: the longest that one statement may run, in milliseconds; 0 for no limit.
    package var statementTimeoutMs = 30_000
    /// PostgreSQL: how long a block waits for a connection, or for a lost server to return, in milliseconds.
    package var acquireTimeoutMs = 10_000
    /// Blocks that wait, at most; more are refused with ``SQLError/unavailable(_:)``.
    package var maximumQueue = 20_000
    /// SQLite: the database may not grow beyond so many pages. For tests of a full disk.
    package var maximumPages: Int?

    package init() {}
}
