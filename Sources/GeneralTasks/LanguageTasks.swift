/// Tasks in and about other languages.
enum LanguageTasks {
  static func drafts() -> [TaskDraft] {
    weekdays + months + translations + sentences + numbers
  }

  /// A language with the days of its week from Monday on, and a question for the month after a given one.
  private struct Language: Sendable {
    var name: String
    var days: [String]
    var monthQuestion: @Sendable (String) -> String
    var months: [String]
  }

  private static let languages = [
    Language(
      name: "German", days: ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"],
      monthQuestion: { "Welcher Monat kommt nach dem \($0)? Antworte nur mit seinem Namen." },
      months: ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober"]),
    Language(
      name: "French", days: ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
      monthQuestion: { "Quel mois vient après \($0) ? Réponds seulement avec son nom." },
      months: ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre"]),
    Language(
      name: "Spanish", days: ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"],
      monthQuestion: { "¿Qué mes viene después de \($0)? Responde solo con su nombre." },
      months: ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre"]),
    Language(
      name: "Italian", days: ["lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"],
      monthQuestion: { "Quale mese viene dopo \($0)? Rispondi solo con il suo nome." },
      months: [
        "gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre", "ottobre",
      ]),
    Language(
      name: "Portuguese",
      days: ["segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado", "domingo"],
      monthQuestion: { "Que mês vem depois de \($0)? Responda só com o nome." },
      months: ["janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro"]),
    Language(
      name: "Dutch", days: ["maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"],
      monthQuestion: { "Welke maand komt na \($0)? Antwoord alleen met de naam." },
      months: ["januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober"]),
  ]

  private static let englishDays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

  /// Two days of each language.
  private static var weekdays: [TaskDraft] {
    languages.enumerated().flatMap { place, language in
      [place, place + 3].map { day in
        let (today, tomorrow) = (day % 7, (day + 1) % 7)
        return TaskDraft.naming(
          "Which day comes after \(englishDays[today])? Answer in \(language.name), with the day's name only.",
          language.days[tomorrow],
          as: Pattern.literal(language.days[tomorrow]).replacing(#"\-feira"#, with: #"(?:[- ]feira)?"#),
          wrong: language.days[today])
      }
    }
  }

  /// Two months of each language.
  private static var months: [TaskDraft] {
    languages.enumerated().flatMap { place, language in
      [place % 5, place % 4 + 5].map { month in
        TaskDraft.naming(
          language.monthQuestion(language.months[month]), language.months[month + 1], wrong: language.months[month])
      }
    }
  }

  private static var translations: [TaskDraft] {
    let words: [(language: String, word: String, english: String, pattern: String?)] = [
      ("German", "Hund", "dog", nil), ("German", "Schlüssel", "key", nil), ("German", "Apfel", "apple", nil),
      ("French", "maison", "house", #"house|home"#), ("French", "fenêtre", "window", nil),
      ("French", "fromage", "cheese", nil), ("Spanish", "leche", "milk", nil),
      ("Spanish", "zapato", "shoe", #"shoes?"#),
      ("Spanish", "perro", "dog", nil), ("Italian", "pane", "bread", nil), ("Italian", "libro", "book", nil),
      ("Portuguese", "chave", "key", nil), ("Portuguese", "cavalo", "horse", nil),
      ("Dutch", "fiets", "bicycle", #"bicycle|bike"#),
      ("Dutch", "vogel", "bird", nil), ("Russian", "вода", "water", nil), ("Japanese", "犬", "dog", nil),
      ("Chinese", "火", "fire", nil),
    ]
    return words.map { entry in
      .naming(
        "What does the \(entry.language) word \"\(entry.word)\" mean in English? Answer with one word.", entry.english,
        as: entry.pattern, wrong: "cloud")
    }
  }

  private static var sentences: [TaskDraft] {
    let sentences = [
      ("German", "Wir haben gestern lange auf den Bus gewartet."),
      ("French", "Nous avons attendu le bus pendant une heure."),
      ("Spanish", "Ayer esperamos el autobús durante una hora."),
      ("Italian", "Ieri abbiamo aspettato l'autobus per un'ora."),
      ("Portuguese", "Ontem não conseguimos apanhar o autocarro."),
      ("Dutch", "Gisteren hebben we een uur op de bus gewacht."),
      ("Swedish", "Vi väntade på bussen i en timme igår."),
      ("Polish", "Wczoraj czekaliśmy godzinę na autobus."),
      ("Russian", "Вчера мы целый час ждали автобус."),
      ("Greek", "Χθες περιμέναμε το λεωφορείο μία ώρα."),
      ("Japanese", "昨日、バスを一時間待ちました。"),
      ("Turkish", "Dün otobüsü bir saat bekledik."),
    ]
    return sentences.enumerated().map { place, entry in
      .naming(
        "Which language is this sentence written in? Answer with the language's English name only: \(entry.1)", entry.0,
        wrong: sentences[(place + 1) % sentences.count].0)
    }
  }

  private static var numbers: [TaskDraft] {
    let numbers: [(language: String, number: Int, word: String, pattern: String?, wrong: String)] = [
      ("German", 21, "einundzwanzig", nil, "zwölf"), ("French", 17, "dix-sept", #"dix[- ]sept"#, "sept"),
      ("Spanish", 15, "quince", nil, "cinco"), ("Italian", 12, "dodici", nil, "due"),
      ("Portuguese", 20, "vinte", nil, "dois"), ("Dutch", 11, "elf", nil, "een"),
    ]
    return numbers.map { entry in
      .naming(
        "Write the number \(entry.number) as a word in \(entry.language), and nothing else.", entry.word,
        as: entry.pattern, wrong: entry.wrong)
    }
  }
}
