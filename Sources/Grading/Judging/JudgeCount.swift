import Content

extension JudgeScale {
  /// Reads a reply: an object with a `label` of the scale, and a `reason`.
  ///
  /// Where several objects of a reply have labels they must be the same one: a judge may quote what it judges.
  /// - Parameter model: the name of the model that replied.
  package func reading(_ reply: String, from model: String) -> JudgeReply {
    let text = AnswerText(reply).text
    let objects = JSONAnswer.all(in: text).values.map(\.value).filter { $0.object != nil }
    let found = objects.compactMap { object in object["label"].flatMap(label).map { (object, $0) } }
    guard let (object, label) = found.last, found.allSatisfy({ $0.1 == label }) else {
      return JudgeReply(model: model, raw: reply)
    }
    let reason = object["reason"]?.string.map { String($0.trimmed.prefix(2000)) }
    return JudgeReply(model: model, label: label, reason: reason)
  }
}

extension Judge {
  /// Counts votes. The label of most is the judgement; of a scale from 1 to 5 it is the median.
  /// - Throws: ``Unscorable`` when no more than half of the votes can be read, or when two labels have most of them.
  package func finding(of replies: [JudgeReply]) throws(Unscorable) -> JudgeFinding {
    let valid = replies.filter { $0.label != nil }
    guard valid.count * 2 > replies.count else {
      let what = replies.first { $0.label == nil }?.raw.map { " \(JSONValue.string($0).excerpt)" } ?? ""
      let count = replies.count == 1 ? "" : "\(replies.count - valid.count) of \(replies.count) replies, such as"
      throw failure(
        "the judge \(name) gave no label that can be read:" + (count.isEmpty ? what : " \(count)\(what)"), replies)
    }
    let label = try winner(of: valid, replies)
    guard let score = scale.score(label) else { throw failure("the judge \(name) has no label \"\(label)\"", replies) }
    let voice = valid.first { $0.label == label } ?? valid[0]
    let reason = voice.reason.flatMap { $0.isEmpty ? nil : $0 } ?? "no reason given"
    let share = replies.count > 1 ? " (\(valid.count { $0.label == label }) of \(replies.count))" : ""
    return JudgeFinding(value: score, passed: score >= passes, reason: "\(label)\(share): \(reason)", replies: replies)
  }

  private func failure(_ reason: String, _ replies: [JudgeReply]) -> Unscorable {
    var error = Unscorable(reason)
    error.replies = replies
    return error
  }

  private func winner(of valid: [JudgeReply], _ replies: [JudgeReply]) throws(Unscorable) -> String {
    if scale == .oneToFive {
      let marks = valid.compactMap { $0.label.flatMap { Int($0) } }.sorted()
      return String(marks[(marks.count - 1) / 2])
    }
    let counts = Dictionary(valid.compactMap { $0.label.map { ($0, 1) } }, uniquingKeysWith: +)
    let most = counts.values.max() ?? 0
    let winners = scale.labels.filter { counts[$0] == most }
    guard winners.count == 1 else {
      throw failure(
        "the votes of the judge \(name) are split: \(winners.map { "\(most) \($0)" }.joined(separator: ", "))", replies)
    }
    return winners[0]
  }
}
