#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The hosts of `no_proxy`, as curl and Go read it.
///
/// A name stands for itself and all names below it; a leading dot or `*.` changes nothing. An IP address stands for itself in
/// any spelling, `10.0.0.0/8` and `fd00::/8` for all addresses of a network, and `*` for every host. Each but `*` and networks
/// may end with a port, which then has to match.
struct ProxyExceptions: Sendable {
  private enum Pattern: Sendable {
    case everything
    case name(String, port: Int?)
    case network(IPAddress, prefix: Int, port: Int?)
  }

  private let patterns: [Pattern]

  /// Reads a list with commas or blanks between its items; those that can't be read count for nothing.
  init(_ list: String) {
    patterns = list.split { $0 == "," || $0.isWhitespace }.compactMap { Self.pattern($0.lowercased()) }
  }

  /// Whether a host is reached without a proxy.
  /// - Parameter host: a name or an IP address, without brackets.
  func contains(host: String, port: Int) -> Bool {
    var host = host.lowercased()
    while host.hasSuffix(".") { host.removeLast() }
    let address = IPAddress(host)
    return patterns.contains { pattern in
      switch pattern {
      case .everything: true
      case .name(let name, let only):
        address == nil && (only == nil || only == port) && (host == name || host.hasSuffix("." + name))
      case .network(let network, let prefix, let only):
        (only == nil || only == port) && address.map { $0.begins(with: network, bits: prefix) } ?? false
      }
    }
  }

  private static func pattern(_ text: String) -> Pattern? {
    if text == "*" { return .everything }
    if let slash = text.lastIndex(of: "/") {
      guard let network = IPAddress(unbracketed(text[..<slash])), let bits = Int(text[text.index(after: slash)...]),
        (0...network.bits).contains(bits)
      else { return nil }
      return .network(network, prefix: bits + IPAddress.bits - network.bits, port: nil)
    }
    guard let (host, port) = parts(text) else { return nil }
    if let address = IPAddress(unbracketed(host)) { return .network(address, prefix: IPAddress.bits, port: port) }
    var name = host
    if name.hasPrefix("*.") { name.removeFirst(2) }
    while name.hasPrefix(".") { name.removeFirst() }
    while name.hasSuffix(".") { name.removeLast() }
    return name.isEmpty ? nil : .name(String(name), port: port)
  }

  /// Host and port of an item; nil where what follows the host is no port.
  private static func parts(_ text: String) -> (host: Substring, port: Int?)? {
    let end = text.hasPrefix("[") ? text.firstIndex(of: "]").map { text.index(after: $0) } : text.firstIndex(of: ":")
    // An IPv6 address without brackets has no port.
    guard let end, end < text.endIndex, text.hasPrefix("[") || text[end...].count(where: { $0 == ":" }) == 1 else {
      return (text[...], nil)
    }
    guard text[end] == ":", let port = Int(text[end...].dropFirst()), (1...65_535).contains(port) else { return nil }
    return (text[..<end], port)
  }

  private static func unbracketed(_ text: Substring) -> String {
    String(text.hasPrefix("[") && text.hasSuffix("]") ? text.dropFirst().dropLast() : text)
  }
}

/// An IP address as its 16 bytes; one of IPv4 is mapped into IPv6, so that both spellings are the same.
struct IPAddress: Sendable, Hashable {
  /// The bits of every address here.
  static let bits = 128
  /// The bits that it was written with: 32 or 128.
  let bits: Int
  private let bytes: [UInt8]

  /// Reads an address in its usual spellings; nil for anything else. A zone (`%eth0`) is left out.
  init?(_ text: String) {
    let text = String(text.prefix { $0 != "%" })
    var four = in_addr()
    var six = in6_addr()
    if inet_pton(AF_INET, text, &four) == 1 {
      bits = 32
      bytes = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + withUnsafeBytes(of: &four) { Array($0) }
    } else if inet_pton(AF_INET6, text, &six) == 1 {
      bits = 128
      bytes = withUnsafeBytes(of: &six) { Array($0) }
    } else {
      return nil
    }
  }

  /// Whether the first bits are those of another address.
  func begins(with other: IPAddress, bits: Int) -> Bool {
    for index in 0..<16 where index * 8 < bits {
      let count = min(8, bits - index * 8)
      let mask = UInt8(truncatingIfNeeded: 0xFF00 >> count)
      if bytes[index] & mask != other.bytes[index] & mask { return false }
    }
    return true
  }

  static func == (left: IPAddress, right: IPAddress) -> Bool { left.bytes == right.bytes }
  func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}
