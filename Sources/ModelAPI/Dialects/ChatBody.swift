import Content
import Domain

/// The body of a request that has a chat completed, in a service's own form.
package protocol ChatBody: Sendable {
  /// How its answer is read.
  associatedtype Reply: ChatReplying
  /// Where it is sent, after the version.
  static var path: String { get }
  /// What a streamed answer is cut into.
  static var framing: StreamFraming { get }
  /// What comes with it, besides what every JSON request has.
  static func headers(key: String?) -> [(name: String, value: String)]

  /// The body of a request to an endpoint.
  /// - Throws: `ModelFailure.rejected` for what the service has no place for: better than to leave it out in silence.
  init(_ endpoint: Endpoint, options: JSONObject, request: ModelRequest, streams: Bool) throws(ModelFailure)

  /// Whether the answer is to come in pieces.
  var streams: Bool { get }
  /// The body.
  var json: JSONValue { get }
  /// What shows whether the server reads the prompt whole.
  var reading: PromptReading { get }
  /// What gives the server a context that is large enough.
  static var contextAdvice: String { get }
}

extension ChatBody {
  package static var framing: StreamFraming { .events }

  package static func headers(key: String?) -> [(name: String, value: String)] {
    key.map { [("authorization", "Bearer \($0)")] } ?? []
  }

  package static var contextAdvice: String { "Give the server a larger context, or shorten the prompt." }
}

extension JSONObject {
  /// Takes in what a person set for the model; what is there already stays as it is.
  package mutating func add(options: JSONObject) {
    for (key, value) in options where self[key] == nil { self[key] = value }
  }
}

/// What an answer has said so far, from one whole object or piece by piece. A pure value.
package protocol ChatReplying: Sendable {
  init()
  /// What to look at when something else than an answer comes.
  static var addressAdvice: String { get }
  /// The answer's text, without what the model calls.
  var text: String { get }
  /// What the model wants called.
  var toolCalls: ToolCalls { get }
  /// Why it stopped, in the server's word; `length` where the limit on tokens ended it and the server says so in a word
  /// that isn't among `Answer.limitReasons`.
  var finishReason: String? { get }
  /// What the server counted.
  var usage: TokenUsage { get }
  /// Whether anything looked like an answer.
  var hasChoice: Bool { get }
  /// Whether nothing was there to read an answer from: a chat completion whose choices are an empty list.
  var lacksChoice: Bool { get }
  /// Whether the service has said that the answer is whole.
  var isWhole: Bool { get }

  /// Takes a whole answer, or one piece of a streamed one, and returns the text it adds.
  /// - Parameter peer: who sent it.
  /// - Throws: what the object says has gone wrong, or that it is none that we know.
  mutating func add(_ json: JSONValue, from peer: Peer) throws(ModelFailure) -> String
}

extension ChatReplying {
  package var lacksChoice: Bool { false }

  /// Why it stopped, once nothing more will come.
  var lastReason: String? { finishReason ?? (lacksChoice ? Answer.noChoice : nil) }

  package static var addressAdvice: String { "Check base_url: it usually ends in /v1." }
}
