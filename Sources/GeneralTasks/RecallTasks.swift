/// Tasks that ask for one thing in a long text, at its beginning, in its middle or at its end. None is longer than about
/// 1,800 tokens, so that small models can take them.
enum RecallTasks {
  static func drafts(_ draw: inout Draw) -> [TaskDraft] {
    (0..<15).map { lockers($0, &draw) } + (0..<15).map { rooms($0, &draw) } + (0..<15).map { needle($0, &draw) }
      + (0..<15).map { keys($0, &draw) }
  }

  /// A place in a list: the first, the middle and the last third take turns.
  private static func place(_ task: Int, of count: Int, _ draw: inout Draw) -> Int {
    let third = count / 3
    return task % 3 * third + draw.number(0...third - 1)
  }

  private static func lockers(_ task: Int, _ draw: inout Draw) -> TaskDraft {
    let count = draw.number(40...75)
    let codes = draw.some(count, of: Array(1000...9899)).map(String.init)
    let numbers = draw.some(count, of: Array(11...99))
    let wanted = place(task, of: count, &draw)
    let lines = zip(numbers, codes).map { "Locker \($0) opens with the code \($1)." }
    return .naming(
      lines.joined(separator: "\n") + "\n\nWhat is the code of locker \(numbers[wanted])? Answer with the code only.",
      codes[wanted], wrong: codes[(wanted + 1) % count])
  }

  private static func rooms(_ task: Int, _ draw: inout Draw) -> TaskDraft {
    let count = draw.number(30...44)
    let (names, things) = (draw.some(count, of: Words.names), draw.some(count, of: Words.things))
    let rooms = draw.some(count, of: Array(101...399)).map(String.init)
    let wanted = place(task, of: count, &draw)
    let lines = (0..<count).map { "\(names[$0]) works in room \(rooms[$0]) and looks after the \(things[$0])." }
    let text = lines.joined(separator: " ")
    return task % 2 == 0
      ? .naming(
        text + "\n\nIn which room does \(names[wanted]) work? Answer with the number only.", rooms[wanted],
        wrong: rooms[(wanted + 1) % count])
      : .naming(
        text + "\n\nWho looks after the \(things[wanted])? Answer with the name only.", names[wanted],
        wrong: names[(wanted + 1) % count])
  }

  private static func needle(_ task: Int, _ draw: inout Draw) -> TaskDraft {
    let count = draw.number(40...75)
    var lines = (0..<count).map { _ in filler(&draw) }
    let (thing, other) = (draw.one(of: Words.things), draw.one(of: Words.colours))
    let number = draw.number(100...999)
    lines.insert(
      "The password of the archive is \(thing)-\(other)-\(number).", at: place(task, of: count, &draw))
    return .naming(
      lines.joined(separator: " ") + "\n\nWhat is the password of the archive? Answer with the password only.",
      "\(thing)-\(other)-\(number)", wrong: "\(thing)-\(other)-\(number - 1)")
  }

  private static func filler(_ draw: inout Draw) -> String {
    let (name, thing, city) = (draw.one(of: Words.names), draw.one(of: Words.things), draw.one(of: Words.cities))
    return draw.one(of: [
      "\(name) asked for a new \(thing) in the office of \(city).",
      "The meeting in \(city) began late, and \(name) took notes.",
      "Nobody had seen the \(thing) since \(name) came back from \(city).",
      "\(name) wrote to \(city) that the \(thing) would come on Monday.",
      "It rained in \(city), so \(name) stayed at home with the \(thing).",
    ])
  }

  /// Who has a key of the room with something in it: two sentences have to be put together.
  private static func keys(_ task: Int, _ draw: inout Draw) -> TaskDraft {
    let count = draw.number(14...24)
    let (names, things) = (draw.some(count, of: Words.names), draw.some(count, of: Words.things))
    let rooms = draw.some(count, of: Array(101...399))
    let wanted = place(task, of: count, &draw)
    let holds = (0..<count).map { "The \(things[$0]) is kept in room \(rooms[$0])." }
    let keys = draw.some(count, of: Array(0..<count)).map { "\(names[$0]) has the key of room \(rooms[$0])." }
    return .naming(
      (holds + keys).joined(separator: " ")
        + "\n\nWho has the key of the room in which the \(things[wanted]) is kept? Answer with the name only.",
      names[wanted], wrong: names[(wanted + 1) % count])
  }
}
