/// Cuts a list into pieces of 64, 32, 16 … elements, so that statements over lists have few different texts and stay
/// prepared.
package struct StatementChunks<Element>: Sequence, IteratorProtocol {
    private var rest: ArraySlice<Element>

    package init(_ elements: [Element]) { rest = elements[...] }

    package mutating func next() -> [Element]? {
        guard !rest.isEmpty else { return nil }
        var size = 64
        while size > rest.count { size /= 2 }
        defer { rest = rest.dropFirst(size) }
        return Array(rest.prefix(size))
    }
}
