import Domain

extension RunPlan {
  /// What a plan waits for when that isn't answers, each with the seconds that are left.
  package enum Waiting: Sendable, Hashable {
    /// The server said that it takes no request.
    case rateLimit(Double)
    /// The server has answered before and now only fails, so that it is asked once in a while.
    case server(Double)
    /// The model's own limits of requests and tokens a minute.
    case pace(Double)
    /// So many requests have failed, and the first of them is due.
    case retry(Double, requests: Int)

    /// What it waits for, to stand behind "waiting: ".
    /// - Parameter failure: what the last request failed with.
    func words(_ failure: ModelFailure?) -> String {
      let reason = failure.map { ": \($0.gist)" } ?? ""
      switch self {
      case .rateLimit(let seconds): return "the server asked to wait \(Self.text(seconds))\(reason)"
      case .server(let seconds): return "the server only fails; it is asked again in \(Self.text(seconds))\(reason)"
      case .pace(let seconds): return "the model's limits let the next request go in \(Self.text(seconds))"
      case .retry(let seconds, let requests):
        let what = requests == 1 ? "1 request has" : "\(requests) requests have"
        return "\(what) failed; trying again in \(Self.text(seconds))\(reason)"
      }
    }

    private static func text(_ seconds: Double) -> String { QuotaStop.words(seconds) }
  }
}

extension ModelFailure {
  /// The first sentence, without its end and no longer than a line. A sentence ends where a capital follows.
  var gist: String {
    let text = description
    let ends = text.ranges(of: ". ").filter { $0.upperBound < text.endIndex && text[$0.upperBound].isUppercase }
    let end = ends.first?.lowerBound ?? (text.hasSuffix(".") ? text.index(before: text.endIndex) : text.endIndex)
    let sentence = text[..<end]
    return sentence.count > 160 ? sentence.prefix(159) + "…" : String(sentence)
  }
}
