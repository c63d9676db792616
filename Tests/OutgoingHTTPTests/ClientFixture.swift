import HTTPTypes
import Logging
import NIOCore
import NIOPosix
import OutgoingHTTP

/// A client for tests: loopback allowed unless told otherwise.
func makeClient(
    allow: [String] = [],
    development: Bool = true,
    resolver: any HostResolver = FakeResolver(["127.0.0.1"]),
    caFile: String? = nil,
    keptConnections: KeptConnections = KeptConnections(),
    group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
) throws -> OutgoingClient {
    try OutgoingClient(
        policy: AddressPolicy(allow: try allow.map { try CIDR($0) }, development: development),
        resolver: resolver,
        eventLoopGroup: group,
        caFile: caFile,
        keptConnections: keptConnections,
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    )
}

extension OutgoingClient {
    /// The answer or the failure, as a value to compare.
    func outcome(
        _ url: String,
        method: HTTPRequest.Method = .get,
        headers: HTTPFields = [:],
        body: String = "",
        isRepeatable: Bool = true,
        limits: OutgoingLimits = OutgoingLimits()
    ) async -> Result<OutgoingResponse, OutgoingFailure> {
        do throws(OutgoingRefusal) {
            let request = OutgoingRequest(
                method: method,
                url: try OutgoingURL(url),
                headers: headers,
                body: Array(body.utf8),
                isRepeatable: isRepeatable
            )
            do throws(OutgoingFailure) {
                return .success(try await send(request, limits: limits))
            } catch {
                return .failure(error)
            }
        } catch {
            return .failure(.refused(error))
        }
    }
}

extension Result where Success == OutgoingResponse, Failure == OutgoingFailure {
    var status: Int? { try? get().status }
    var bodyText: String? { (try? get()).map { String(decoding: $0.body, as: UTF8.self) } }
    var failure: OutgoingFailure? {
        if case .failure(let failure) = self { return failure }
        return nil
    }
}
