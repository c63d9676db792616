import OpenIDTypes
import OutgoingHTTP

/// A delivery as it is written when a session ends, with everything that sending it will need: an application that is
/// changed or removed later is told all the same, at the address that it had.
struct LogoutDeliveryRow: Sendable {
    let id: DeliveryID
    let logout: LogoutID
    let entry: LedgerEntry
    let clientName: String
    let channel: LogoutChannel
    let state: LogoutDelivery.State
    let uri: String?
    let origin: String?
    let algorithm: SigningAlgorithm
    let typ: String
    let sessionRequired: Bool

    /// One row for each channel that the application registered; one without a channel where there is none, because
    /// silence would look like success.
    /// - Parameter hasBrowser: a browser is there that can be shown a frame.
    static func rows(
        for entry: LedgerEntry, client: Client?, logout: LogoutID, isExpiry: Bool, hasBrowser: Bool, now: Timestamp
    ) -> [LogoutDeliveryRow] {
        let metadata = client?.metadata
        func row(
            _ channel: LogoutChannel, _ state: LogoutDelivery.State, uri: String? = nil, sessionRequired: Bool = false
        ) -> LogoutDeliveryRow {
            LogoutDeliveryRow(
                id: DeliveryID(OrderedIdentifier.make(at: now)),
                logout: logout,
                entry: entry,
                clientName: client?.name ?? entry.client.rawValue,
                channel: channel,
                state: state,
                uri: uri,
                origin: uri.map { (try? OutgoingURL($0).origin) ?? "" },
                algorithm: metadata?.idTokenSignedResponseAlg ?? .rs256,
                typ: metadata?.logoutTokenType ?? "logout+jwt",
                sessionRequired: sessionRequired
            )
        }
        if isExpiry, metadata?.notifyOnExpiry == false { return [row(.none, .switchedOff)] }
        var rows: [LogoutDeliveryRow] = []
        if let metadata, let uri = metadata.backchannelLogoutURI {
            rows.append(
                row(.backchannel, .pending, uri: uri, sessionRequired: metadata.backchannelLogoutSessionRequired))
        }
        if let metadata, let uri = metadata.frontchannelLogoutURI {
            let state: LogoutDelivery.State = hasBrowser ? .awaitingBrowser : .notAsked
            rows.append(
                row(.frontchannel, state, uri: uri, sessionRequired: metadata.frontchannelLogoutSessionRequired))
        }
        return rows.isEmpty ? [row(.none, .noAddress)] : rows
    }
}
