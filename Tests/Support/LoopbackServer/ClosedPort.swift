#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A port of this machine on which nobody listens, and nobody else can for as long as this value lives: connections to it
/// are refused. The port of a server that was stopped may be another test's a moment later.
package final class ClosedPort: Sendable {
  /// Its number.
  package let port: Int
  private let descriptor: Int32

  /// Takes a free one.
  package init() throws {
    #if canImport(Darwin)
      let kind = SOCK_STREAM
    #else
      let kind = Int32(SOCK_STREAM.rawValue)
    #endif
    let descriptor = socket(AF_INET, kind, 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(descriptor, address, length) == 0 && getsockname(descriptor, address, &length) == 0
      }
    }
    guard isBound else {
      close(descriptor)
      throw Failure()
    }
    self.descriptor = descriptor
    port = Int(UInt16(bigEndian: address.sin_port))
  }

  private struct Failure: Error {}

  /// The address of the root, without a slash at its end.
  package var url: String { "http://127.0.0.1:\(port)" }

  deinit { close(descriptor) }
}
