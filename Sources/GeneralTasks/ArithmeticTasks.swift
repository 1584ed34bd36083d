/// Tasks whose answer is a whole number.
enum ArithmeticTasks {
  static func drafts(_ draw: inout Draw) -> [TaskDraft] {
    draw.tasks(5, sum) + draw.tasks(5, difference) + draw.tasks(5, product) + draw.tasks(5, quotient)
      + draw.tasks(5, percentage) + draw.tasks(5, precedence) + draw.tasks(5, change) + draw.tasks(5, mean)
      + draw.tasks(5, remainder) + draw.tasks(5, minutes) + draw.tasks(5, next) + draw.tasks(5, units)
  }

  private static func ask(_ question: String, _ answer: Int, wrong: Int) -> TaskDraft {
    .number(question + " Answer with the number only.", answer, wrong: wrong)
  }

  private static func sum(_ draw: inout Draw) -> TaskDraft {
    let (a, b) = (draw.number(120...899), draw.number(120...899))
    return ask("What is \(a) + \(b)?", a + b, wrong: a + b + 10)
  }

  private static func difference(_ draw: inout Draw) -> TaskDraft {
    let (a, b) = (draw.number(500...999), draw.number(110...489))
    return ask("What is \(a) - \(b)?", a - b, wrong: a - b - 10)
  }

  private static func product(_ draw: inout Draw) -> TaskDraft {
    let (a, b) = (draw.number(12...49), draw.number(6...19))
    return ask("What is \(a) times \(b)?", a * b, wrong: a * b + b)
  }

  private static func quotient(_ draw: inout Draw) -> TaskDraft {
    let (a, b) = (draw.number(12...79), draw.number(3...12))
    return ask("What is \(a * b) divided by \(b)?", a, wrong: a + 1)
  }

  private static func percentage(_ draw: inout Draw) -> TaskDraft {
    let (share, whole) = (draw.number(1...19) * 5, draw.number(2...18) * 20)
    return ask("What is \(share) % of \(whole)?", share * whole / 100, wrong: share * whole / 100 + 2)
  }

  private static func precedence(_ draw: inout Draw) -> TaskDraft {
    let (a, b, c) = (draw.number(11...49), draw.number(3...9), draw.number(4...12))
    return ask("What is \(a) + \(b) * \(c)?", a + b * c, wrong: (a + b) * c)
  }

  private static func change(_ draw: inout Draw) -> TaskDraft {
    let (name, thing) = (draw.one(of: Words.names), draw.one(of: Words.things))
    let (count, price) = (draw.number(3...6), draw.number(4...14))
    return ask(
      "\(name) buys \(count) pieces of the article \"\(thing)\" at \(price) euros each and pays with a 100 euro note. How many "
        + "euros does \(name) get back?", 100 - count * price, wrong: 100 - price)
  }

  private static func mean(_ draw: inout Draw) -> TaskDraft {
    var numbers = (0..<3).map { _ in draw.number(10...60) }
    let rest = (4 - numbers.reduce(0, +) % 4) % 4
    numbers.append(rest + 4 * draw.number(4...12))
    let mean = numbers.reduce(0, +) / 4
    return ask("What is the mean of \(numbers.map(String.init).joined(separator: ", "))?", mean, wrong: mean + 1)
  }

  private static func remainder(_ draw: inout Draw) -> TaskDraft {
    let (a, b) = (draw.number(50...300), draw.number(6...13))
    return ask("What is the remainder when \(a) is divided by \(b)?", a % b, wrong: (a + 1) % b)
  }

  private static func minutes(_ draw: inout Draw) -> TaskDraft {
    let start = draw.number(7 * 60...15 * 60)
    let length = draw.number(35...230)
    func clock(_ minutes: Int) -> String {
      "\(minutes / 60 < 10 ? "0" : "")\(minutes / 60):\(minutes % 60 < 10 ? "0" : "")\(minutes % 60)"
    }
    return ask(
      "A train leaves at \(clock(start)) and arrives at \(clock(start + length)) on the same day. How many minutes does it "
        + "take?", length, wrong: length + 10)
  }

  private static func next(_ draw: inout Draw) -> TaskDraft {
    let (start, step) = (draw.number(3...40), draw.number(4...17))
    let numbers = (0..<5).map { String(start + $0 * step) }.joined(separator: ", ")
    return ask(
      "Which number comes next: \(numbers)? The distance is always the same.", start + 5 * step,
      wrong: start + 6 * step)
  }

  private static func units(_ draw: inout Draw) -> TaskDraft {
    let (many, one, factor) = draw.one(of: [
      ("metres", "kilometres", 1000), ("grams", "kilograms", 1000), ("minutes", "hours", 60),
      ("seconds", "minutes", 60),
      ("centimetres", "metres", 100), ("hours", "days", 24),
    ])
    let count = draw.number(3...29)
    return ask("How many \(many) are \(count) \(one)?", count * factor, wrong: count * factor * 10)
  }
}
