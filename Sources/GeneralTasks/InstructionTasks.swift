/// Tasks that say exactly how to answer.
enum InstructionTasks {
  static func drafts(_ draw: inout Draw) -> [TaskDraft] {
    draw.tasks(5, echo) + draw.tasks(5, sorted) + draw.tasks(5, reversed) + draw.tasks(5, counted)
      + draw.tasks(5, begun)
      + draw.tasks(5, capitals) + draw.tasks(5, lines) + draw.tasks(5, without) + draw.tasks(5, replaced)
      + draw.tasks(5, longest) + draw.tasks(5, yesOrNo) + draw.tasks(5, ended)
  }

  private static func echo(_ draw: inout Draw) -> TaskDraft {
    let words = draw.some(4, of: Words.things).joined(separator: " ")
    return .exact(
      "Reply with these four words and nothing else: \(words)", words, wrong: "Sure! Here they are: \(words)")
  }

  /// A list of words in an order, separated by commas.
  private static func list(_ question: String, _ words: [String], wrong: [String]) -> TaskDraft {
    .matching(
      question, #"(?i)\A\s*"# + words.joined(separator: #"\s*,\s*"#) + #"\s*\.?\s*\z"#,
      right: words.joined(separator: ", "), wrong: wrong.joined(separator: ", "))
  }

  private static func sorted(_ draw: inout Draw) -> TaskDraft {
    var words = draw.some(5, of: Words.things)
    let sorted = words.sorted()
    if words == sorted { words.swapAt(0, 4) }
    return list(
      "Put these words in alphabetical order, separated by commas, and write nothing else: "
        + words.joined(separator: ", "), sorted, wrong: words)
  }

  private static func reversed(_ draw: inout Draw) -> TaskDraft {
    let words = draw.some(5, of: Words.things)
    return list(
      "Write these words in reverse order, the last one first, separated by commas, and nothing else: "
        + words.joined(separator: ", "), words.reversed(), wrong: words)
  }

  private static func counted(_ draw: inout Draw) -> TaskDraft {
    let (count, thing) = (draw.number(4...12), draw.one(of: Words.things))
    let words = Array(repeating: ["the", thing, "is", "here", "and"], count: 3).flatMap { $0 }
    return TaskDraft(
      question: "Write exactly \(count) words about \(Words.article(thing)), on one line and without numbers.",
      expected: nil,
      grader: ["type": "word-count", "value": .init(count)], right: words.prefix(count).joined(separator: " "),
      wrong: words.prefix(count + 2).joined(separator: " "))
  }

  private static func begun(_ draw: inout Draw) -> TaskDraft {
    let (things, first) = (
      draw.some(2, of: Words.things), draw.one(of: ["Yesterday", "Sometimes", "Perhaps", "Today"])
    )
    return .matching(
      "Write one sentence about \(Words.article(things[0])). Begin with the word \"\(first)\" and don't use the word \"\(things[1])\".",
      #"(?si)\A\s*["“]?"# + first + #"\b(?!.*\b"# + things[1] + #"\b)"#, isOpen: true,
      right: "\(first) I saw \(Words.article(things[0])).",
      wrong: "\(first) I saw \(Words.article(things[0])) and \(Words.article(things[1])).")
  }

  private static func sentence(_ draw: inout Draw) -> (text: String, things: [String], name: String) {
    let (things, name) = (draw.some(2, of: Words.things), draw.one(of: Words.names))
    return ("\(name) left the \(things[0]) next to the \(things[1]).", things, name)
  }

  private static func capitals(_ draw: inout Draw) -> TaskDraft {
    let (text, _, _) = sentence(&draw)
    return .exact(
      "Write this sentence in capital letters only, and nothing else: \(text)", text.uppercased(), wrong: text)
  }

  private static func lines(_ draw: inout Draw) -> TaskDraft {
    let (count, letter) = (draw.number(3...6), draw.one(of: ["animals", "fruits", "countries", "tools", "colours"]))
    let line = "- something"
    return .matching(
      "Name \(count) \(letter). Write exactly \(count) lines, each beginning with a hyphen and a space, and nothing else.",
      #"\A\s*(?:- [^\n]+\n){\#(count - 1)}- [^\n]+\s*\z"#, isOpen: true,
      right: Array(repeating: line, count: count).joined(separator: "\n"),
      wrong: Array(repeating: line, count: count + 1).joined(separator: "\n"))
  }

  private static func without(_ draw: inout Draw) -> TaskDraft {
    let words = draw.some(6, of: Words.things)
    let gone = words[draw.number(1...4)]
    return list(
      "Write this list again without the word \"\(gone)\", separated by commas, and nothing else: "
        + words.joined(separator: ", "), words.filter { $0 != gone }, wrong: words)
  }

  private static func replaced(_ draw: inout Draw) -> TaskDraft {
    let (text, things, _) = sentence(&draw)
    let other = draw.one(of: Words.things.filter { !things.contains($0) })
    return .exact(
      "Write this sentence again with \"\(other)\" in place of \"\(things[1])\", and nothing else: \(text)",
      text.replacing(things[1], with: other), wrong: text)
  }

  private static func longest(_ draw: inout Draw) -> TaskDraft {
    let short = draw.some(3, of: Words.things.filter { $0.count <= 6 })
    let long = draw.one(of: Words.things.filter { $0.count >= 7 })
    var words = short
    words.insert(long, at: draw.number(0...3))
    return .only(
      "Which of these words has the most letters: \(words.joined(separator: ", "))? Answer with that word only.", long,
      wrong: short[0])
  }

  private static func yesOrNo(_ draw: inout Draw) -> TaskDraft {
    let words = draw.some(2, of: Words.things)
    let isBefore = words[0] < words[1]
    return .only(
      "Does \"\(words[0])\" come before \"\(words[1])\" in a dictionary? Answer with yes or no only.",
      isBefore ? "yes" : "no", wrong: isBefore ? "no" : "yes")
  }

  private static func ended(_ draw: inout Draw) -> TaskDraft {
    let thing = draw.one(of: Words.things)
    return .matching(
      "Say in one sentence what \(Words.article(thing)) looks like, then end your reply with the words: That is all.",
      #"(?s)\A\s*\S.*\bThat is all\.["”]?\s*\z"#, isOpen: true, right: "A \(thing) looks ordinary. That is all.",
      wrong: "A \(thing) looks ordinary.")
  }
}
