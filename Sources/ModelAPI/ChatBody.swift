import Grading
import WorkbenchCore

/// The body of a request that has a chat completed, in a service's own form.
protocol ChatBody: Sendable {
  /// How its answer is read.
  associatedtype Reply: ChatReplying
  /// Where it is sent, after the version.
  static var path: String { get }
  /// What comes with it, besides what every JSON request has.
  static func headers(key: String?) -> [(name: String, value: String)]
  /// Whether the answer is to come in pieces.
  var streams: Bool { get }
  /// The body.
  var json: JSONValue { get }
}

extension ChatBody {
  static func headers(key: String?) -> [(name: String, value: String)] {
    key.map { [("authorization", "Bearer \($0)")] } ?? []
  }
}

/// What an answer has said so far, from one whole object or piece by piece. A pure value.
protocol ChatReplying: Sendable {
  init()
  /// The answer.
  var text: String { get }
  /// Why it stopped, in the server's word.
  var finishReason: String? { get }
  /// What the server counted.
  var usage: TokenUsage { get }
  /// Whether anything looked like an answer.
  var hasChoice: Bool { get }
  /// Whether the service has said that the answer is whole.
  var isWhole: Bool { get }

  /// Takes a whole answer, or one piece of a streamed one, and returns the text it adds.
  /// - Parameter peer: who sent it.
  /// - Throws: what the object says has gone wrong, or that it is none that we know.
  mutating func add(_ json: JSONValue, from peer: Peer) throws(ModelFailure) -> String
}
