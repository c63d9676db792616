internal import Logging
internal import Synchronization

/// Commits write blocks in groups on the one connection that writes.
struct SQLiteGroup {
    let connection: SQLiteConnection
    let counters: DatabaseCounters
    let logger: Logger

    /// Serves jobs in their order: neighbouring writes share a transaction, a read (only in memory) stands alone.
    func serve(_ blocks: [any TransactionBlock]) {
        var group: [any TransactionBlock] = []
        for block in blocks {
            if block.writes {
                group.append(block)
            } else {
                commit(group)
                group = []
                block.answer(connection.read(block))
            }
        }
        commit(group)
    }

    private func commit(_ blocks: [any TransactionBlock]) {
        guard blocks.count > 1 else {
            if let block = blocks.first { commitAlone(block) }
            return
        }
        do {
            try connection.beginWriting()
        } catch {
            // They waited together for the lock; waiting once more for each would take minutes.
            for block in blocks { block.fail(error) }
            return
        }
        if let errors = commitTogether(blocks) {
            for (block, error) in zip(blocks, errors) { block.answer(error) }
        } else {
            logger.notice(
                "a grouped commit failed; each write is run again alone", metadata: ["size": "\(blocks.count)"])
            for block in blocks { commitAlone(block) }
        }
    }

    /// One result for each block, known to be on disk; nil if the whole transaction failed and nothing is.
    private func commitTogether(_ blocks: [any TransactionBlock]) -> [(any Error)?]? {
        var errors: [(any Error)?] = []
        do {
            for block in blocks {
                try connection.setSavepoint()
                let error = connection.attempt(block)
                guard !connection.transactionEnded else {
                    connection.rollBackIfOpen()
                    return nil
                }
                if error == nil { try connection.releaseSavepoint() } else { try connection.rollBackToSavepoint() }
                errors.append(error)
            }
            try connection.commit()
        } catch {
            connection.rollBackIfOpen()
            return nil
        }
        count(writes: errors.count { $0 == nil })
        return errors
    }

    private func commitAlone(_ block: any TransactionBlock) {
        do {
            try connection.beginWriting()
            if let error = connection.attempt(block) {
                connection.rollBackIfOpen()
                block.fail(error)
                return
            }
            try connection.commit()
        } catch {
            connection.rollBackIfOpen()
            block.fail(error)
            return
        }
        count(writes: 1)
        block.succeed()
    }

    private func count(writes: Int) {
        counters.commits.wrappingAdd(1, ordering: .relaxed)
        counters.writes.wrappingAdd(writes, ordering: .relaxed)
    }
}
