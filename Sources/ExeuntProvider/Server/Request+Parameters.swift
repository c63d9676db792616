import HTTPTypes
package import Hummingbird
import NIOCore
package import OpenIDTypes

extension Request {
    /// The query's parameters; a duplicated name or too many of them is refused (RFC 6749 §3.1).
    package func queryParameters() throws(ParameterRefusal) -> Parameters {
        try Parameters(query: uri.query ?? "")
    }

    /// The form body's parameters. Throws `RequestRefusal` for a body that is not a form or is larger than
    /// `RequestLimits.body`, and `ParameterRefusal` for its content.
    package func formParameters() async throws -> Parameters {
        guard hasFormBody else { throw RequestRefusal.contentTypeNotForm }
        if let length = headers[.contentLength].flatMap({ Int($0) }), length > RequestLimits.body {
            throw RequestRefusal.bodyTooLarge
        }
        let body: ByteBuffer
        do {
            body = try await self.body.collect(upTo: RequestLimits.body)
        } catch is NIOTooManyBytesError {
            throw RequestRefusal.bodyTooLarge
        } catch let error as CancellationError {
            throw error
        } catch {
            // The connection broke, or what came was not HTTP: nobody on our side has to look at it.
            throw RequestRefusal.bodyBroken
        }
        return try Parameters(form: Array(body.readableBytesView))
    }

    /// Whether the one `Content-Type` is `application/x-www-form-urlencoded`, whatever its parameters.
    package var hasFormBody: Bool {
        let types = headers[values: .contentType]
        guard types.count == 1, let media = types[0].split(separator: ";").first else { return false }
        return media.trimmingBlanks.lowercased() == "application/x-www-form-urlencoded"
    }
}
