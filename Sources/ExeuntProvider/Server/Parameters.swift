package import OpenIDTypes

/// Hummingbird has a type of this name too, for the captures of a route. Everywhere in the provider the name means the
/// parameters of a protocol message.
package typealias Parameters = OpenIDTypes.Parameters
