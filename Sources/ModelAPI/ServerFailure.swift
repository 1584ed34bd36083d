import Foundation
import Grading
import NIOHTTP1
import WorkbenchCore

/// Turns what a server says about a failure into a `ModelFailure`.
enum ServerFailure {
  /// A status other than 2xx.
  /// - Parameter keyVariable: named where a wrong key may be the cause.
  static func status(
    _ status: Int, headers: HTTPHeaders, body: [UInt8], from place: String, keyVariable: String?, now: Date = Date()
  ) -> ModelFailure {
    if (300..<400).contains(status) {
      let target = headers.first(name: "location").map { " to \(SafeText.line(shownAddress($0), limit: 120))" } ?? ""
      return .rejected("\(place) redirects\(target) (\(status)). Set base_url to the address that answers itself.")
    }
    let json = String(validating: body, as: UTF8.self).flatMap { try? JSONValue(parsing: $0) }
    let said = json.flatMap(message) ?? plainText(body, headers)
    return failure(
      status, saying: said, code: json.flatMap(code), retryAfter: RetryDelay.seconds(in: headers, now: now),
      from: place,
      keyVariable: keyVariable)
  }

  /// An error object in an answer whose status was fine.
  static func inBody(_ json: JSONValue, from place: String) -> ModelFailure {
    let word = code(json) ?? ""
    let said = message(json) ?? "an error without a text"
    if let status = Int(word), (400..<600).contains(status) {
      return failure(status, saying: said, code: nil, retryAfter: nil, from: place, keyVariable: nil)
    }
    let text = "\(place) broke off with an error: \(said)"
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
    _ status: Int, saying said: String?, code: String?, retryAfter: Double?, from place: String, keyVariable: String?
  ) -> ModelFailure {
    let reason = said.map { ": \($0)" } ?? ""
    let tail = said?.last.map { ".!?…".contains($0) } == true ? "" : "."
    switch status {
    case 429 where code?.contains("insufficient_quota") == true:
      return .rejected(
        "\(place) says that the account has nothing left (429)\(reason)\(tail) Check its plan and billing.")
    case 429, 529: return .busy("\(place) asks us to slow down (\(status))\(reason)\(tail)", retryAfter: retryAfter)
    case 500... where retryAfter != nil:
      return .busy("\(place) can't answer just now (\(status))\(reason)\(tail)", retryAfter: retryAfter)
    case 408, 425, 500...: return .unavailable("\(place) can't answer just now (\(status))\(reason)\(tail)")
    case 401, 403:
      let advice = keyVariable.map { "Check the key in \($0)." } ?? "Name the variable that holds its key as key_env."
      return .rejected("\(place) doesn't let us in (\(status))\(reason)\(tail) \(advice)")
    case 404, 405:
      return .rejected(
        "\(place) doesn't know the address or the model (\(status))\(reason)\(tail) Check base_url and model.")
    default: return .rejected("\(place) refused the request (\(status))\(reason)\(tail)")
    }
  }

  /// The server's own sentence, wherever it stands: `error.message`, `error`, `message` or `detail`.
  private static func message(_ json: JSONValue) -> String? {
    let places = [
      json["error"]?["message"], json["error"]?["detail"], json["error"], json["message"], json["detail"], json["msg"],
      json[0]?["error"]?["message"],
    ]
    for case let value? in places where !value.isNull {
      let text = SafeText.line(value.string ?? value.text(.compact))
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

  private static func plainText(_ body: [UInt8], _ headers: HTTPHeaders) -> String? {
    let type = headers.first(name: "content-type")?.lowercased() ?? ""
    guard type.hasPrefix("text/plain") else { return nil }
    let text = SafeText.line(String(decoding: body.prefix(4096), as: UTF8.self))
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
