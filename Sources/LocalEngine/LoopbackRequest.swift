import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// One small HTTP exchange with a server on this machine: to ask how it is, not to ask models.
struct LoopbackRequest: Sendable {
  /// `GET` or `POST`.
  var method: String
  /// The server's port.
  var port: Int
  /// Begins with a slash.
  var path: String
  /// How long each sending and receiving may take.
  var seconds: Int

  /// The answer's body, when the status is 200; nil for whatever goes wrong.
  func body() async -> Data? {
    await withCheckedContinuation { continuation in
      // A thread of its own: socket calls block.
      Thread.detachNewThread { continuation.resume(returning: exchange()) }
    }
  }

  private func exchange() -> Data? {
    guard let number = UInt16(exactly: port), number > 0 else { return nil }
    #if canImport(Glibc)
      let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    #else
      let kind = SOCK_STREAM
    #endif
    let descriptor = socket(AF_INET, kind, 0)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var limit = timeval(tv_sec: seconds, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
    }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = number.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let connected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard connected == 0 else { return nil }
    let head = "\(method) \(path) HTTP/1.0\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n"
    guard Array(head.utf8).withUnsafeBytes({ write(descriptor, $0.baseAddress, $0.count) }) == head.utf8.count else {
      return nil
    }
    return Self.body(of: receive(from: descriptor))
  }

  private func receive(from descriptor: Int32) -> Data {
    var answer = Data()
    var buffer = [UInt8](repeating: 0, count: 16_384)
    while answer.count < 1 << 20 {
      let count = read(descriptor, &buffer, buffer.count)
      if count <= 0 { break }
      answer.append(contentsOf: buffer[..<count])
    }
    return answer
  }

  static func body(of answer: Data) -> Data? {
    guard let end = answer.range(of: Data("\r\n\r\n".utf8)) else { return nil }
    let status = answer.prefix { $0 != 13 }.split(separator: 32).dropFirst().first
    guard let status, String(decoding: status, as: UTF8.self) == "200" else { return nil }
    return Data(answer[end.upperBound...])
  }
}
