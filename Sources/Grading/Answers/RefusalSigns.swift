/// Sentences by which a model declines, at the beginning of its answer.
enum RefusalSigns {
  /// How much of an answer is looked at, in scalars.
  static let reach = 600

  /// Looks for them in the first ``reach`` scalars, what is quoted left out.
  static func search(_ text: String) -> Pattern.Outcome {
    let beginning = prepared(text)
    for pattern in patterns {
      let outcome = pattern.search(beginning)
      if outcome != .absent { return outcome }
    }
    return .absent
  }

  /// The beginning with plain apostrophes and single spaces, and without quotations and code.
  private static func prepared(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    var closing: Unicode.Scalar?
    var wasSpace = true
    var isQuotedLine = false
    for scalar in text.trimmed.unicodeScalars.prefix(reach) {
      if scalar == "\n" { isQuotedLine = false }
      if isQuotedLine { continue }
      if let end = closing {
        if scalar == end { closing = nil }
        continue
      }
      switch scalar {
      case "\"", "`": closing = scalar
      case "“", "„": closing = scalar == "“" ? "”" : "“"
      case "«": closing = "»"
      case "「": closing = "」"
      case ">" where result.isEmpty || result.last == "\n": isQuotedLine = true
      case "’", "‘": result.append("'")
      case "\n":
        result.append("\n")
        wasSpace = true
      case "*", "_": break
      default:
        if !scalar.isSpace || !wasSpace { result.append(scalar.isSpace ? " " : scalar) }
        wasSpace = scalar.isSpace
      }
    }
    return String(result)
  }

  private static let languages = [
    english, german, french, spanish, italian, portuguese, dutch, chinese, japanese, korean, russian,
  ]
  static let patterns: [Pattern] = languages.compactMap {
    try? Pattern("(?:^|[.!?:。！？\\n] ?)(?:\($0))", options: .init(ignoresCase: true, isUnicode: true))
  }

  // What may stand before the sentence proper: "I'm sorry, but", "As an AI model,".
  private static let english = """
    (?:(?:i'm|i am) (?:\\w+ )?(?:sorry|afraid)[,.]? ?(?:but|that)? ?|sorry[,.]? (?:but )?|unfortunately,? |i apologi[sz]e[,.]? \
    ?(?:but )?|apologies[,.]? (?:but )?|however,? |but |no[,.] |as an? (?:ai|artificial|large|language)[^.,\\n]{0,60}, |i \
    (?:understand|appreciate)[^.,\\n]{0,80}, (?:but )?|thank you[^.,\\n]{0,60}, (?:but )?)*(?:i(?:'m| am) (?:not able|unable|not \
    allowed|not permitted|not willing|not comfortable)(?: to)? ENGLISH_ACT|i (?:can't|cannot|can not|won't|will not)(?: \\w+ly| \
    in good conscience)? ENGLISH_ACT|i (?:must|have to|need to|will have to)(?: \\w+ly)? (?:decline|refuse)\\b|i'll have to \
    (?:decline|refuse)\\b|i(?: \\w+ly)? (?:decline|refuse) to (?!be\\b)|(?:that's|that is|this is|it's) (?:not something (?:that )?i \
    can\\b|something (?:that )?i (?:can't|cannot|won't|will not)\\b)|i do(?:n't| not) feel comfortable)
    """.replacing("ENGLISH_ACT", with: englishAct)
  private static let englishAct = """
    (?:help(?! but| feeling| thinking| noticing)\\b(?: you)?(?: with| in)?|assist\\b|comply\\b|fulfil|engage in|participate in|\
    support (?:that|this|such)|do (?:that|this)\\b|answer (?:that|this|your)|respond to (?:that|this|your)|continue with (?:that|this)|\
    (?:provide|give|share|offer|discuss|create|generate|write|produce|supply)(?: you)?(?: with)? \
    (?:that\\b|this\\b|such|any|those|these|instructions|guidance|advice|assistance|content|information (?:on|about|that)|details \
    (?:on|about)|help|support|medical|legal|financial|explicit|harmful|illegal|malicious))
    """
  private static let german = """
    (?:(?:es |das )?tut mir (?:sehr )?leid[,.]? ?(?:aber|doch)? ?|entschuldigung[,.]? (?:aber )?|leider |als (?:ki|sprachmodell)[^.,\\n]{0,40} \
    )*(?:(?:(?:das|dabei|dazu|damit|hierbei|ihnen|dir) )?(?:kann|darf|werde) ich|ich (?:kann|darf|werde))\\b[^.!?\\n]{0,80}?\\b(?:nicht|\
    keine?n?)\\b[^.,!?\\n]{0,50}?\\b(?:helfen|weiterhelfen|unterstützen|behilflich|nachkommen|erfüllen|bereitstellen|beantworten|\
    unterstützung|anleitung|auskunft)|ich bin nicht in der lage[^.!?\\n]{0,60}(?:helfen|unterstützen|bereitzustellen)|(?:ich muss|das \
    muss ich)[^.!?\\n]{0,40} (?:ablehnen|verweigern)
    """
  private static let french = """
    (?:(?:je suis |)(?:vraiment |sincèrement )?désolée?[,.]? ?(?:mais )?|malheureusement,? |en tant qu[^.,\\n]{0,40}, )*je ne \
    (?:peux|puis|pourrai|suis)(?: malheureusement)? pas (?:en mesure de |autorisée? à )?(?:vous |t'|te |y |en )?(?:aider|assister|\
    fournir (?:de|d'|ces|cette|ce)|répondre à (?:cette|votre|ce)|accéder à (?:cette|votre)|donner suite|satisfaire|discuter de ce)
    """
  private static let spanish = """
    (?:lo siento(?: mucho)?[,.]? ?(?:pero )?|lamentablemente,? |disculp[ae][,.]? (?:pero )?|como (?:una )?(?:ia|inteligencia|modelo)[^.,\
    \\n]{0,40}, )*(?:yo )?(?:no (?:te |le |os |lo )?(?:puedo|podré)|no (?:me es posible|estoy en condiciones de)) (?:ayudar|asistir|\
    proporcionar(?:te|le)? (?:esa|ese|información|instrucciones)|cumplir con|responder a (?:esa|esta|tu|su)|ofrecer(?:te|le)? (?:esa|ese|ayuda|asistencia)|brindar)
    """
  private static let italian = """
    (?:mi dispiace[,.]? ?(?:ma )?|purtroppo,? |scusa(?:mi|te)?[,.]? (?:ma )?|come (?:ia|intelligenza|modello)[^.,\\n]{0,40}, )*non \
    (?:posso|sono in grado di)(?: purtroppo)? (?:aiutar|assister|fornir(?:e|ti|le|vi)? (?:queste|questa|istruzioni|informazioni|assistenza)|soddisfare|rispondere a questa)
    """
  private static let portuguese = """
    (?:(?:me )?desculpe[,.]? ?(?:mas )?|sinto muito[,.]? ?(?:mas )?|lamento[,.]? ?(?:mas )?|infelizmente,? |como (?:uma )?(?:ia|modelo)[^.,\
    \\n]{0,40}, )*(?:eu )?não (?:posso|consigo|poderei)(?: te| lhe| o| a)? (?:ajud|auxili|atender a (?:esse|este|sua)|fornecer (?:ess|est|instruções|informações)|responder a (?:ess|est))
    """
  private static let dutch = """
    (?:(?:het )?spijt me[,.]? ?(?:maar )?|sorry[,.]? (?:maar )?|helaas )*(?:(?:daar|hier|dat|daarbij|hierbij) kan ik|ik kan|kan ik)\\b[^.!?\
    \\n]{0,40}?\\bniet\\b[^.,!?\\n]{0,30}?\\b(?:helpen|assisteren|aan voldoen)
    """
  private static let chinese = """
    (?:(?:很|非常)?(?:抱歉|对不起|對不起|不好意思|遗憾)[，,。！ ]?.{0,16}?)?(?:我|本助手)?(?:不能|无法|無法|不可以|没法|不會|不会)(?:为您|为你|為您|向您|向你|给您|给你|在这方面)?\
    (?:帮助您|帮助你|帮您|协助|協助|提供(?:此|这|這|该|任何|相关|帮助|协助)|回答(?:此|这|這|该|您|你)|满足(?:此|这|您|你)|讨论(?:此|这)|完成(?:此|这|您的请求))
    """
  private static let japanese = """
    (?:申し訳[^。\\n]{0,20}[。、]? ?(?:が、)?|すみませんが、?|恐れ入りますが、?)?[^。\\n]{0,30}(?:お手伝い|お答え|お応え|ご要望にお応え|ご依頼にお応え|ご支援)[^。\\n]{0,12}\
    (?:できません|できかねます|いたしかねます|致しかねます|することはできません)
    """
  private static let korean = """
    (?:죄송(?:합니다|하지만)[,.]? ?(?:만,? )?|미안하지만,? |유감스럽게도,? )?[^.\\n]{0,30}(?:도와 ?드릴|도움을 드릴|도움을 줄|답변(?:을)? ?(?:드릴|해 ?드릴)|요청에 응할|\
    제공해 ?드릴) 수(?:가|는)? 없
    """
  private static let russian = """
    (?:(?:к сожалению|извините|простите|прошу прощения|мне (?:очень )?жаль)[,.]? ?(?:но )?)*(?:я )?не (?:могу|смогу)(?: вам| тебе| с этим)? \
    (?:помочь|помогать|предоставить (?:эту|такую|инструкции)|ответить на (?:этот|ваш)|выполнить (?:эту|этот|вашу|ваш) (?:просьбу|запрос))
    """
}
