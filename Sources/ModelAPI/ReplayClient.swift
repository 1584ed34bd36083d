import Domain

/// Answers from a file that was recorded elsewhere. The file is read once, at the first need.
actor ReplayClient: ModelClient {
  private let path: String
  private let name: String
  private let limit: Int
  private var recording: Result<Recording, ModelFailure>?

  /// - Parameter name: what the file is called in sentences.
  init(path: String, name: String, limit: Int) {
    self.path = path
    self.name = name
    self.limit = limit
  }

  func prepare() async throws { _ = try read() }

  func answer(_ request: ModelRequest, onText: (@Sendable (String) -> Void)?) async throws -> Answer {
    try Task.checkCancellation()
    let recording = try read()
    guard let answer = recording.answer(to: request.caseID, lastMessage: request.messages.last?.content ?? "") else {
      guard !recording.contains(request.caseID) else {
        throw ModelFailure.rejected(
          "No answer that \(name) has to the case \(SafeText.line(request.caseID, limit: 80)) matches what is asked. Record "
            + "one with a \"match\" that the last message has.")
      }
      throw ModelFailure.rejected(
        "\(name) has no answer to the case \(SafeText.line(request.caseID, limit: 80)). Record one, or leave the case out."
      )
    }
    if !answer.text.isEmpty { onText?(answer.text) }
    return answer
  }

  func tokenCounts(of texts: [String]) async -> [Int]? { nil }

  private func read() throws(ModelFailure) -> Recording {
    if let recording { return try recording.get() }
    let result = Result { () throws(ModelFailure) in try Recording(path: path, name: name, limit: limit) }
    recording = result
    return try result.get()
  }
}
