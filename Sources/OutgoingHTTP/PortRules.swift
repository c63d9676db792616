/// Which ports an outgoing request may use: the two of the web and the unprivileged ones, without those on which
/// databases, caches and control planes listen, some of which obey HTTP or ignore what they do not understand.
enum PortRules {
    static func allows(_ port: Int) -> Bool {
        port == 80 || port == 443 || ((1_024...65_535).contains(port) && !services.contains(port))
    }

    private static let services: Set<Int> = [
        1_080,  // SOCKS
        1_099,  // Java RMI
        1_433, 1_434, 1_521, 3_050, 3_306, 5_432, 6_432, 9_042, 26_257,  // SQL and wide-column databases
        1_723,  // PPTP
        1_883, 5_671, 5_672, 9_092, 61_613, 61_616,  // message brokers
        2_049,  // NFS
        2_181, 2_375, 2_376, 2_379, 2_380, 4_243, 6_443, 8_500, 10_250, 10_255,  // cluster and container control
        3_128,  // web proxies
        3_260,  // iSCSI
        3_389, 5_900, 5_901, 5_985, 5_986, 6_000, 6_001,  // remote desktops and remote management
        4_369,  // Erlang port mapper
        5_060, 5_061,  // SIP
        5_984, 6_379, 6_380, 7_000, 7_001, 9_200, 9_300, 11_211, 27_017, 27_018, 27_019,  // key-value stores
        6_665, 6_666, 6_667, 6_668, 6_669, 6_697,  // IRC
        10_000,  // server administration
    ]
}
