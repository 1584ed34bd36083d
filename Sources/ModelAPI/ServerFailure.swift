import Content
import Domain
import Foundation
import NIOHTTP1

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
    let sentence = json.flatMap(message) ?? plainText(body, headers)
    if (400..<500).contains(status), let json, isOfFilter(json) { return filtered(sentence, from: peer) }
    let notice = QuotaNotice(
      json, status: status, sentence: sentence, headerDelay: RetryDelay.seconds(in: headers, now: now))
    let said = sentence.map { peer.quote($0) }.flatMap { $0.isEmpty ? nil : $0 }
    return failure(status, saying: said, notice, from: peer, keyVariable: keyVariable, now: now)
  }

  /// An error object in an answer whose status was fine.
  static func inBody(_ json: JSONValue, from peer: Peer) -> ModelFailure {
    let word = code(json) ?? ""
    let sentence = message(json)
    if isOfFilter(json) { return filtered(sentence, from: peer) }
    let isOfRate = ["rate_limit", "quota", "exhausted", "usage_limit"].contains { word.contains($0) }
    let notice = QuotaNotice(
      json, status: Int(word) ?? (isOfRate ? 429 : 400), sentence: sentence, headerDelay: nil)
    let said = sentence.map { peer.quote($0) } ?? "an error without a text"
    if let status = Int(word), (400..<600).contains(status) {
      return failure(status, saying: said, notice, from: peer, keyVariable: nil, now: Date())
    }
    if let failure = quota(notice, "", saying: said, from: peer, now: Date()) { return failure }
    let text = "\(peer) broke off with an error: \(said)"
    for sign in ["rate_limit", "overloaded", "too_many", "throttl"] where word.contains(sign) {
      return .busy(text, retryAfter: notice.delay)
    }
    for sign in ["invalid", "context_length", "auth", "permission", "not_found", "unsupported"]
    where word.contains(sign) {
      return .rejected(text)
    }
    return .unavailable(text)
  }

  /// What services call a request that their content filter refused, in letters only: OpenAI, Azure, Alibaba, and others
  /// after them.
  private static let filterWords: Set<String> = [
    "contentfilter", "contentpolicyviolation", "responsibleaipolicyviolation", "datainspectionfailed",
    "moderationblocked", "contentfiltered", "promptblocked",
  ]

  /// Whether an error says that a content filter refused the request.
  private static func isOfFilter(_ json: JSONValue) -> Bool {
    let error = json["error"]
    // OpenRouter's, beside a code of 403.
    if error?["metadata"]?["flagged_input"] != nil { return true }
    let places = [
      error?["code"], error?["type"], error?["innererror"]?["code"], error?["inner_error"]?["code"], json["code"],
      json["type"],
    ]
    return places.contains { place in
      place?.string.map { filterWords.contains($0.lowercased().filter(\.isLetter)) } ?? false
    }
  }

  private static func filtered(_ sentence: String?, from peer: Peer) -> ModelFailure {
    .filtered("\(peer) refused the request by its content filter\(ended(sentence.map { peer.quote($0) }))")
  }

  /// The failure where a quota of a day or longer is used up, or may be; nil for anything else.
  /// - Parameter status: the status in parentheses, with a blank before it.
  private static func quota(
    _ notice: QuotaNotice, _ status: String, saying said: String?, from peer: Peer, now: Date
  ) -> ModelFailure? {
    let reason = ended(said)
    switch notice.quota {
    case .account:
      return .exhausted(
        "\(peer) says that the account has no credit left\(status)\(reason) Check its plan and billing.",
        resetAfter: nil)
    case .day:
      return .exhausted(
        "\(peer) says that a quota is used up\(status)\(reason)", resetAfter: notice.reset(now: now))
    case .unclear:
      return .exhausted(
        "\(peer) says that a quota is used up\(status)\(reason)", resetAfter: notice.delay, isCertain: false)
    case .none, .rate: return nil
    }
  }

  /// What the server said, behind a colon and with a full stop.
  private static func ended(_ said: String?) -> String {
    guard let said else { return "." }
    return ": \(said)" + (said.last.map { ".!?…".contains($0) } == true ? "" : ".")
  }

  private static func failure(
    _ status: Int, saying said: String?, _ notice: QuotaNotice, from peer: Peer, keyVariable: String?, now: Date
  ) -> ModelFailure {
    let reason = ended(said)
    let delay = notice.delay
    let isQuota = notice.quota == .account || [402, 429].contains(status)
    if isQuota, let failure = quota(notice, " (\(status))", saying: said, from: peer, now: now) { return failure }
    switch status {
    case 402:
      return .exhausted(
        "\(peer) asks for payment (402)\(reason) Check the account's plan and billing.", resetAfter: nil)
    case 429, 529: return .busy("\(peer) asks us to slow down (\(status))\(reason)", retryAfter: delay)
    case 500... where delay != nil:
      return .busy("\(peer) can't answer just now (\(status))\(reason)", retryAfter: delay)
    case 408, 425, 500...: return .unavailable("\(peer) can't answer just now (\(status))\(reason)")
    case 401, 403:
      let advice = keyVariable.map { "Check the key in \($0)." } ?? "Name the variable that holds its key as key_env."
      return .rejected("\(peer) doesn't let us in (\(status))\(reason) \(advice)")
    case 404, 405:
      return .rejected(
        "\(peer) doesn't know the address or the model (\(status))\(reason) Check base_url, which usually ends in /v1, and model."
      )
    default: return .rejected("\(peer) refused the request (\(status))\(reason)")
    }
  }

  /// The server's own sentence, wherever it stands: `error.message`, `error`, `message` or `detail`.
  private static func message(_ json: JSONValue) -> String? {
    let places = [
      json["error"]?["message"], json["error"]?["detail"], json["error"], json["message"], json["detail"], json["msg"],
      json[0]?["error"]?["message"],
    ]
    for case let value? in places where !value.isNull {
      let text = value.string ?? value.text(.compact)
      if text.contains(where: { !$0.isWhitespace }) { return text }
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
    let text = String(decoding: body, as: UTF8.self)
    return text.contains(where: { !$0.isWhitespace }) ? text : nil
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
