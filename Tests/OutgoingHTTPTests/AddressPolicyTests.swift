import NIOCore
import OutgoingHTTP
import Testing

@Suite("Which addresses may be contacted")
struct AddressPolicyTests {
    static let forbidden: [(String, AddressRange)] = [
        ("0.0.0.0", .unspecified), ("0.1.2.3", .unspecified),
        ("10.0.0.0", .private), ("10.255.255.255", .private),
        ("100.64.0.0", .sharedCarrier), ("100.127.255.255", .sharedCarrier),
        ("127.0.0.1", .loopback), ("127.255.255.254", .loopback),
        ("169.254.0.1", .linkLocal), ("169.254.255.255", .linkLocal),
        ("172.16.0.0", .private), ("172.31.255.255", .private),
        ("192.0.0.1", .reserved), ("192.0.2.1", .documentation), ("192.88.99.1", .transition),
        ("192.168.0.0", .private), ("192.168.255.255", .private),
        ("198.18.0.1", .benchmarking), ("198.19.255.255", .benchmarking),
        ("198.51.100.7", .documentation), ("203.0.113.7", .documentation),
        ("224.0.0.1", .multicast), ("239.255.255.255", .multicast),
        ("240.0.0.1", .reserved), ("255.255.255.255", .reserved),
        ("::", .unspecified), ("::1", .loopback), ("::7f00:1", .transition), ("::8.8.8.8", .transition),
        ("::ffff:127.0.0.1", .loopback), ("::ffff:10.1.2.3", .private), ("::ffff:0.0.0.0", .unspecified),
        ("64:ff9b::10.0.0.1", .private), ("64:ff9b::7f00:1", .loopback), ("64:ff9b:1::1", .transition),
        ("64:ff9b:1:ffff::a00:1", .transition), ("64:ff9b::1:0:0", .reserved),
        ("100::1", .reserved), ("2001::1", .transition), ("2001:2::1", .benchmarking), ("2001:1::5", .reserved),
        ("2001:10::1", .reserved), ("2001:20::1", .reserved), ("2001:1ff:ffff::1", .reserved),
        ("2001:db8::1", .documentation), ("3fff::1", .documentation), ("3fff:fff::1", .documentation),
        ("2002:7f00:1::1", .transition), ("2002:808:808::1", .transition),
        ("5f00::1", .reserved), ("4000::1", .reserved), ("::ffff:0:7f00:1", .reserved),
        ("fc00::1", .uniqueLocal), ("fdff:ffff::1", .uniqueLocal), ("fe80::1", .linkLocal), ("febf::1", .linkLocal),
        ("fec0::1", .private), ("ff02::1", .multicast), ("ff0e::1", .multicast),
    ]

    static let metadata = [
        "169.254.169.254", "169.254.170.2", "169.254.170.23", "168.63.129.16", "100.100.100.200", "192.0.0.192",
        "169.254.0.23", "169.254.42.42", "fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254", "fd00:42::42",
        "fe80::a9fe:a9fe", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "::a9fe:a9fe", "2002:a9fe:a9fe::1",
        "2001:0:0:0:0:0:5601:5601", "::ffff:168.63.129.16",
    ]

    static let open = [
        "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
        "128.0.0.1", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.1", "192.167.255.255",
        "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255", "2606:4700::1111", "2a00:1450::1",
        "2001:200::1", "2001:4860:4860::8888", "2400::1", "3ffe::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8",
    ]

    @Test("A-36: forbidden ranges at registration, first and last addresses", arguments: forbidden)
    func refusedLiterals(text: String, range: AddressRange) throws {
        let address = try #require(IPAddress(text))
        #expect(AddressPolicy().refusal(for: address) == .address(address, range))
        let host = text.contains(":") ? "[\(text)]" : text
        #expect(
            AddressPolicy().registrationRefusal(for: try OutgoingURL("https://\(host)/")) == .address(address, range))
    }

    @Test("A-36: forbidden ranges behind a name, when connecting", arguments: forbidden)
    func refusedWhenConnecting(text: String, range: AddressRange) async throws {
        let client = try makeClient(development: false, resolver: FakeResolver([text]))
        let address = try #require(IPAddress(text))
        let outcome = await client.outcome("http://rp.example.com/")
        #expect(outcome.failure == .refused(.address(address, range)))
    }

    @Test("A-36: one forbidden address refuses the whole name", arguments: ["10.0.0.1", "::1", "169.254.169.254"])
    func mixedAnswers(text: String) async throws {
        for answer in [["127.0.0.1", text], [text, "127.0.0.1"]] {
            try await withServer { server in
                let client = try makeClient(
                    allow: ["127.0.0.1"], development: false, resolver: FakeResolver(answer))
                let outcome = await client.outcome("http://rp.example.com:\(server.port)/")
                #expect(outcome.failure?.mayHaveArrived == false)
                guard case .refused(.address)? = outcome.failure else {
                    Issue.record("not refused: \(outcome)")
                    return
                }
                #expect(server.connections == 0)
            }
        }
    }

    @Test("Public addresses, up to the borders of the forbidden ranges, are open", arguments: open)
    func openAddresses(text: String) throws {
        #expect(AddressPolicy().refusal(for: try #require(IPAddress(text))) == nil)
    }

    @Test("A-36: metadata services are refused whatever is allowed", arguments: metadata)
    func metadataAlways(text: String) throws {
        let everything = AddressPolicy(allow: [try CIDR("0.0.0.0/0"), try CIDR("::/0")], development: true)
        let address = try #require(IPAddress(text))
        #expect(everything.refusal(for: address) == .address(address, .metadata))
        #expect(AddressPolicy().refusal(for: address) == .address(address, .metadata))
    }

    @Test("outgoing.allow opens its ranges and nothing beside them")
    func allowed() throws {
        let policy = AddressPolicy(allow: [try CIDR("10.1.0.0/16"), try CIDR("fd12::/16")])
        for text in ["10.1.0.1", "10.1.255.255", "fd12::1", "::ffff:10.1.2.3", "64:ff9b::10.1.2.3"] {
            #expect(policy.refusal(for: try #require(IPAddress(text))) == nil, "\(text)")
        }
        for text in ["10.2.0.1", "10.0.255.255", "fd13::1", "127.0.0.1", "::ffff:10.2.0.1"] {
            #expect(policy.refusal(for: try #require(IPAddress(text))) != nil, "\(text)")
        }
    }

    @Test("Development opens loopback alone")
    func development() throws {
        let policy = AddressPolicy(development: true)
        for text in ["127.0.0.1", "127.3.2.1", "::1", "::ffff:127.0.0.1"] {
            #expect(policy.refusal(for: try #require(IPAddress(text))) == nil, "\(text)")
        }
        for text in ["10.0.0.1", "0.0.0.0", "::", "169.254.1.1", "fe80::1", "192.168.1.1"] {
            #expect(policy.refusal(for: try #require(IPAddress(text))) != nil, "\(text)")
        }
    }

    @Test(
        "A-36: localhost names and names of one label",
        arguments: [
            ("localhost", "local-name"), ("LocalHost", "local-name"), ("a.localhost", "local-name"),
            ("a.b.LOCALHOST", "local-name"), ("intranet", "single-label"), ("notlocalhost", "single-label"),
        ])
    func localNames(host: String, id: String) throws {
        let url = try OutgoingURL("https://\(host)/")
        #expect(AddressPolicy().registrationRefusal(for: url)?.id == id)
        #expect(AddressPolicy(development: true).registrationRefusal(for: url) == nil)
        let inside = AddressPolicy(allow: [try CIDR("10.0.0.0/8")])
        #expect(inside.registrationRefusal(for: url)?.id == (id == "local-name" ? id : nil))
    }

    @Test("Plain http needs permission, except on loopback in development")
    func plainHTTP() throws {
        let remote = try OutgoingURL("http://rp.example.com/")
        let local = try OutgoingURL("http://one.localhost:8081/")
        let literal = try OutgoingURL("http://127.0.0.1:8081/")
        #expect(AddressPolicy().registrationRefusal(for: remote) == .plainHTTP)
        #expect(AddressPolicy().registrationRefusal(for: remote, plainHTTP: true) == nil)
        #expect(AddressPolicy(development: true).registrationRefusal(for: remote) == .plainHTTP)
        #expect(AddressPolicy(development: true).registrationRefusal(for: local) == nil)
        #expect(AddressPolicy(development: true).registrationRefusal(for: literal) == nil)
        #expect(AddressPolicy().registrationRefusal(for: literal, plainHTTP: true)?.id == "address-loopback")
    }

    @Test(
        "A-40: ports of other services, at registration and when sending",
        arguments: [
            1, 21, 22, 23, 25, 53, 81, 110, 143, 389, 444, 445, 587, 993, 1_023, 1_433, 2_375, 2_379, 3_306, 5_432,
            6_379,
            6_443, 6_667, 9_200, 10_250, 11_211, 27_017,
        ])
    func ports(port: Int) async throws {
        let url = try OutgoingURL("https://rp.example.com:\(port)/")
        #expect(AddressPolicy().registrationRefusal(for: url) == .port(port))
        let resolver = FakeResolver(["127.0.0.1"])
        let outcome = try await makeClient(resolver: resolver).outcome(url.text)
        #expect(outcome.failure == .refused(.port(port)))
        #expect(resolver.asked.isEmpty)
    }

    @Test("Ordinary ports are open", arguments: [80, 443, 1_024, 3_000, 8_000, 8_080, 8_081, 8_443, 9_443, 65_535])
    func openPorts(port: Int) throws {
        #expect(AddressPolicy().registrationRefusal(for: try OutgoingURL("https://rp.example.com:\(port)/")) == nil)
    }

    @Test(
        "A range that is mistyped is an error",
        arguments: [
            "", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0.1/8", "10.0.0.0/-1", "10.0.0.0/+8", "10/8", "fd00::/129",
            "fd00::1/8",
            "[fd00::]/8", "localhost", "10.0.0.0/8/8", " 10.0.0.0/8", "10.0.0.0/008x",
        ])
    func badRanges(text: String) {
        #expect(throws: CIDR.SyntaxError.self) { try CIDR(text) }
    }

    @Test("Ranges contain their family's addresses by prefix")
    func ranges() throws {
        let all = try CIDR("0.0.0.0/0")
        #expect(all.contains(try #require(IPAddress("255.1.2.3"))))
        #expect(!all.contains(try #require(IPAddress("::1"))))
        #expect(try CIDR("::/0").contains(try #require(IPAddress("ffff::1"))))
        #expect(try CIDR("10.0.0.7").contains(try SocketAddress(ipAddress: "10.0.0.7", port: 80)))
        #expect(!(try CIDR("10.0.0.7").contains(try SocketAddress(ipAddress: "10.0.0.6", port: 80))))
        #expect(try CIDR("2001:db8:8000::/33").contains(try #require(IPAddress("2001:db8:ffff::1"))))
        #expect(!(try CIDR("2001:db8:8000::/33").contains(try #require(IPAddress("2001:db8:7fff::1")))))
        #expect(try CIDR("fd00::1/128").description == "fd00::1/128")
        #expect(!(try CIDR("::/0").contains(try SocketAddress(unixDomainSocketPath: "/tmp/x"))))
    }

    @Test(
        "Addresses keep their bits through text and socket",
        arguments: ["1.2.3.4", "255.255.255.255", "::1", "2a00:1:2:3:4:5:6:7"])
    func roundTrip(text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.description == text)
        let socketAddress = address.socketAddress(port: 4_711)
        #expect(socketAddress.port == 4_711)
        #expect(try socketAddress == SocketAddress(ipAddress: text, port: 4_711))
        #expect(IPAddress(socketAddress) == address)
    }
}
