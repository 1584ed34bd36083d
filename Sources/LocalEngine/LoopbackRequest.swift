import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// One small HTTP exchange with a server on this machine: to ask how it is, not to ask models.
///
/// The server proves first, on the same connection, that it knows the secret; only then is the secret sent.
struct LoopbackRequest: Sendable {
  /// `GET` or `POST`.
  var method: String
  /// The server's port.
  var port: Int
  /// Begins with a slash.
  var path: String
  /// How long each sending and receiving may take.
  var seconds: Int

  /// The answer's body, when the server has proved itself and the status is 200; nil for whatever goes wrong.
  func body(_ secret: ServerSecret) async -> Data? {
    await onThread { exchange(secret, asks: true) }
  }

  /// Whether the server proves itself. Nothing else is asked.
  func proves(_ secret: ServerSecret) async -> Bool {
    await onThread { exchange(secret, asks: false) } != nil
  }

  private func onThread(_ work: @escaping @Sendable () -> Data?) async -> Data? {
    await withCheckedContinuation { continuation in
      // A thread of its own: socket calls block.
      Thread.detachNewThread { continuation.resume(returning: work()) }
    }
  }

  private func exchange(_ secret: ServerSecret, asks: Bool) -> Data? {
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
    let nonce = ServerSecret.nonce()
    let host = "Host: 127.0.0.1:\(port)\r\n"
    let after = "Connection: \(asks ? "keep-alive" : "close")\r\n\r\n"
    let hello = "GET /assay/hello?nonce=\(nonce) HTTP/1.1\r\n\(host)\(after)"
    guard sends(hello, on: descriptor), let answer = Self.body(of: receive(from: descriptor, isLast: !asks)),
      secret.accepts(answer, port: port, nonce: nonce)
    else { return nil }
    if !asks { return answer }
    let head =
      "\(method) \(path) HTTP/1.1\r\n\(host)Authorization: Bearer \(secret.text)\r\nConnection: close\r\n"
      + "Content-Length: 0\r\n\r\n"
    guard sends(head, on: descriptor) else { return nil }
    return Self.body(of: receive(from: descriptor, isLast: true))
  }

  /// Sends a text as a whole; false when the server has closed the connection, which must not end this process.
  private func sends(_ text: String, on descriptor: Int32) -> Bool {
    #if canImport(Darwin)
      var isOn: Int32 = 1
      setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &isOn, socklen_t(MemoryLayout<Int32>.size))
      let flags: Int32 = 0
    #else
      let flags = Int32(MSG_NOSIGNAL)
    #endif
    return Array(text.utf8).withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, flags) } == text.utf8.count
  }

  /// Receives an answer: as long as its head says, or the last one until the connection ends.
  private func receive(from descriptor: Int32, isLast: Bool) -> Data {
    var answer = Data()
    var buffer = [UInt8](repeating: 0, count: 16_384)
    while answer.count < 1 << 20, isLast || !Self.isWhole(answer) {
      let count = read(descriptor, &buffer, buffer.count)
      if count <= 0 { break }
      answer.append(contentsOf: buffer[..<count])
    }
    return answer
  }

  /// Whether an answer has come as far as its `Content-Length` says.
  static func isWhole(_ answer: Data) -> Bool {
    guard let end = answer.range(of: Data("\r\n\r\n".utf8)) else { return false }
    let head = String(decoding: answer[..<end.lowerBound], as: UTF8.self).lowercased()
    guard let line = head.split(separator: "\r\n").first(where: { $0.hasPrefix("content-length:") }),
      let length = Int(line.dropFirst(15).trimmingCharacters(in: .whitespaces))
    else { return false }
    return answer.distance(from: end.upperBound, to: answer.endIndex) >= length
  }

  static func body(of answer: Data) -> Data? {
    guard let end = answer.range(of: Data("\r\n\r\n".utf8)) else { return nil }
    let status = answer.prefix { $0 != 13 }.split(separator: 32).dropFirst().first
    guard let status, String(decoding: status, as: UTF8.self) == "200" else { return nil }
    return Data(answer[end.upperBound...])
  }
}
