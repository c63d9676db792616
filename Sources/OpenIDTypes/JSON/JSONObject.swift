/// The members of a JSON object in their order. Two objects are equal if they have equal members, in any order.
package struct JSONObject: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    private var names: [String]
    private var values: [JSONValue]

    package init() {
        names = []
        values = []
    }

    /// A later member replaces an earlier one of the same name.
    package init(members: [(name: String, value: JSONValue)]) {
        self.init()
        names.reserveCapacity(members.count)
        values.reserveCapacity(members.count)
        for member in members { self[member.name] = member.value }
    }

    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self.init(members: elements.map { (name: $0.0, value: $0.1) })
    }

    /// Only for those who have already refused duplicates.
    init(distinctNames: [String], values: [JSONValue]) {
        self.names = distinctNames
        self.values = values
    }

    package var members: [(name: String, value: JSONValue)] { zip(names, values).map { (name: $0, value: $1) } }
    package var memberNames: [String] { names }
    package var count: Int { names.count }
    package var isEmpty: Bool { names.isEmpty }

    /// Setting nil removes the member.
    package subscript(name: String) -> JSONValue? {
        get { names.firstIndex(of: name).map { values[$0] } }
        set {
            switch (names.firstIndex(of: name), newValue) {
            case (let index?, let value?): values[index] = value
            case (let index?, nil):
                names.remove(at: index)
                values.remove(at: index)
            case (nil, let value?):
                names.append(name)
                values.append(value)
            case (nil, nil): break
            }
        }
    }

    /// This object with the other's members added; the other's win.
    package func merging(_ other: JSONObject) -> JSONObject {
        var result = self
        for member in other.members { result[member.name] = member.value }
        return result
    }

    package static func == (a: JSONObject, b: JSONObject) -> Bool {
        if a.names == b.names { return a.values == b.values }
        guard a.count == b.count else { return false }
        return a.members.allSatisfy { b[$0.name] == $0.value }
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(count)
        var combined = 0
        for member in members {
            var inner = Hasher()
            inner.combine(member.name)
            inner.combine(member.value)
            combined ^= inner.finalize()
        }
        hasher.combine(combined)
    }
}
