import Content
import Foundation
import NIOHTTP1
import WorkbenchCore

/// Turns what a server says about a failure into a `ModelFailure`.
enum ServerFailure {
  /// A status other than 2xx.
  /// - Parameter keyVariable: named where a wrong key may be the cause.
  static func status(
    _ status: Int, headers: HTTPHeaders, body: [UInt8], from peer: Peer, keyVariable: String?, now: Date = Date()
  ) -> ModelFailure {
    if (300..<400).contains(status) {
      let target = headers.first(name: "location").map { " to \(peer.quote(shownAddress($0), limit: 120))" } ?? ""
      return .rejected("\(peer) redirects\(target) (\(status)). Set base_url to the address that answers itself.")
    }
    let json = String(validating: body, as: UTF8.self).flatMap { try? JSONValue(parsing: $0) }
    let said = json.flatMap { message($0, peer) } ?? plainText(body, headers, peer)
    return failure(
      status, saying: said, code: json.flatMap(code), retryAfter: RetryDelay.seconds(in: headers, now: now),
      from: peer,
      keyVariable: keyVariable)
  }

  /// An error object in an answer whose status was fine.
  static func inBody(_ json: JSONValue, from peer: Peer) -> ModelFailure {
    let word = code(json) ?? ""
    let said = message(json, peer) ?? "an error without a text"
    if let status = Int(word), (400..<600).contains(status) {
      return failure(status, saying: said, code: nil, retryAfter: nil, from: peer, keyVariable: nil)
    }
    let text = "\(peer) broke off with an error: \(said)"
    for sign in ["rate_limit", "overloaded", "too_many", "throttl"] where word.contains(sign) {
      return .busy(text, retryAfter: nil)
    }
    for sign in ["invalid", "context_length", "auth", "permission", "not_found", "filter", "quota", "unsupported"]
    where word.contains(sign) {
      return .rejected(text)
    }
    return .unavailable(text)
  }

  private static func failure(
    _ status: Int, saying said: String?, code: String?, retryAfter: Double?, from peer: Peer, keyVariable: String?
  ) -> ModelFailure {
    let reason = said.map { ": \($0)" } ?? ""
    let tail = said?.last.map { ".!?…".contains($0) } == true ? "" : "."
    switch status {
    case 429 where code?.contains("insufficient_quota") == true:
      return .rejected(
        "\(peer) says that the account has nothing left (429)\(reason)\(tail) Check its plan and billing.")
    case 429, 529: return .busy("\(peer) asks us to slow down (\(status))\(reason)\(tail)", retryAfter: retryAfter)
    case 500... where retryAfter != nil:
      return .busy("\(peer) can't answer just now (\(status))\(reason)\(tail)", retryAfter: retryAfter)
    case 408, 425, 500...: return .unavailable("\(peer) can't answer just now (\(status))\(reason)\(tail)")
    case 401, 403:
      let advice = keyVariable.map { "Check the key in \($0)." } ?? "Name the variable that holds its key as key_env."
      return .rejected("\(peer) doesn't let us in (\(status))\(reason)\(tail) \(advice)")
    case 404, 405:
      return .rejected(
        "\(peer) doesn't know the address or the model (\(status))\(reason)\(tail) Check base_url, which usually ends in /v1, and model."
      )
    default: return .rejected("\(peer) refused the request (\(status))\(reason)\(tail)")
    }
  }

  /// The server's own sentence, wherever it stands: `error.message`, `error`, `message` or `detail`.
  private static func message(_ json: JSONValue, _ peer: Peer) -> String? {
    let places = [
      json["error"]?["message"], json["error"]?["detail"], json["error"], json["message"], json["detail"], json["msg"],
      json[0]?["error"]?["message"],
    ]
    for case let value? in places where !value.isNull {
      let text = peer.quote(value.string ?? value.text(.compact))
      if !text.isEmpty { return text }
    }
    return nil
  }

  /// The server's word for the kind of error, in small letters.
  private static func code(_ json: JSONValue) -> String? {
    let error = json["error"]
    let words = [error?["code"], error?["type"], error?["status"], json["code"], json["type"]].compactMap { value in
      value?.string ?? value?.number?.text
    }
    guard let first = words.first else { return nil }
    return Int(first) == nil ? words.joined(separator: " ").lowercased() : first
  }

  private static func plainText(_ body: [UInt8], _ headers: HTTPHeaders, _ peer: Peer) -> String? {
    let type = headers.first(name: "content-type")?.lowercased() ?? ""
    guard type.hasPrefix("text/plain") else { return nil }
    let text = peer.quote(String(decoding: body, as: UTF8.self))
    return text.isEmpty ? nil : text
  }

  /// An address without what may be a secret in it.
  private static func shownAddress(_ text: String) -> String {
    guard var url = URLComponents(string: text) else { return "another address" }
    url.user = nil
    url.password = nil
    url.query = nil
    url.fragment = nil
    return url.string ?? "another address"
  }
}
