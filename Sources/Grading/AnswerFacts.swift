/// What is known of a reply besides its text.
package struct AnswerFacts: Sendable, Hashable {
  /// From sending to the last byte, in seconds; nil where it wasn't measured.
  package var seconds: Double?
  /// What it cost in dollars; nil where the price or the tokens aren't known.
  package var dollars: Double?
  /// Why the model stopped, in the server's word.
  package var finishReason: String?

  /// Facts; what isn't given is unknown.
  package init(seconds: Double? = nil, dollars: Double? = nil, finishReason: String? = nil) {
    self.seconds = seconds
    self.dollars = dollars
    self.finishReason = finishReason
  }
}
