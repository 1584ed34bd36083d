import Content
import Testing

@testable import Routing

@Suite struct PredicateTests {
  static let letter = InputFeatures(
    RouteInput(
      fields: [
        .init("channel", " E-Mail "),
        .init("text", "Bitte die Zahlung 4711 stornieren,\nich will das Geld zurück! Refund-Policy?"),
        .init("attachment", ""),
      ],
      tags: ["billing"]))

  @Test(arguments: [
    ("words > 13", true), ("words > 14", false), ("words <= 14", true), ("lines > 2", true), ("lines > 3", false),
    ("digits > 3", true), ("digits >= 5", false), ("characters < 40", false), ("contains \"ZURÜCK\"", true),
    ("contains \"refund policy\"", true), ("contains \"policy refund\"", false), ("not contains \"invoice\"", true),
    ("tag \"billing\"", true), ("tag \"legal\"", false), ("language \"de\"", true), ("not language \"de\"", false),
    ("field \"attachment\"", false), ("field \"text\"", true), ("field \"channel\" is \"E-mail\"", true),
    ("field \"channel\" is \"phone\"", false), ("not not tag \"billing\"", true),
  ])
  func questionsAreAnswered(text: String, expected: Bool) throws {
    let predicate = try #require(RoutePredicate(parsing: text))
    #expect(predicate.holds(for: Self.letter) == expected)
    // What is written is read again as the same question.
    #expect(RoutePredicate(parsing: predicate.text) == predicate)
  }

  @Test(arguments: [
    "", "words", "words > ", "words > -1", "words = 3", "words > 99999999999999999999", "contains", "contains refund",
    "contains \"\"", "contains \"!?\"", "tag billing", "language \"xx\"", "field \"a\" is", "not",
    "words > 3 and lines > 2",
    "contains \"open", "tag \"a\\", "tag \"a\" \"b\"", "not not not not not words > 1",
  ])
  func anythingElseIsRefused(text: String) { #expect(RoutePredicate(parsing: text) == nil) }

  @Test func longAndStrangeTextsAreRead() {
    #expect(RoutePredicate(parsing: "contains \"" + String(repeating: "a", count: 600) + "\"") == nil)
    let long = InputFeatures(RouteInput(String(repeating: "word ", count: 30_000)))
    #expect(long[.words] == 30_000)
    #expect(long.words.count == InputFeatures.mostWords)
    let empty = InputFeatures(RouteInput(fields: []))
    #expect(empty[.words] == 0 && empty[.lines] == 0 && empty.language == nil)
    #expect(InputFeatures(RouteInput("👩‍👩‍👧 e\u{301}te\u{301} ..."))[.words] == 1)
  }

  @Test(arguments: [
    ("the printer is broken and I have to print this for my boss", "en"),
    ("der Drucker ist kaputt und ich habe die Rechnung nicht", "de"),
    ("le paiement est refusé et je ne sais pas pour que", "fr"), ("払い戻しをお願いします", "ja"), ("请退款给我谢谢", "zh"),
    ("환불해 주세요", "ko"), ("верните мне деньги", "cyrillic"), ("42 17", nil), ("ok", nil),
  ])
  func languagesAreHints(text: String, expected: String?) {
    #expect(InputFeatures(RouteInput(text)).language == expected)
  }

  @Test func charactersWrittenWithoutSpacesAreWords() {
    #expect(InputFeatures(RouteInput("退款 now")).words == ["退", "款", "now"])
  }

  @Test(arguments: [
    Router(
      cheap: "small", strong: "large",
      policy: .rules(
        [
          .init(when: .over(.words, 40), arm: .strong), .init(when: .not(.field("a \"b\"", is: "c: d")), arm: .cheap),
          .init(when: .contains("zurück"), arm: .strong),
        ], otherwise: .cheap), origin: .init(set: "main", cases: 400)),
    Router(cheap: "a", strong: "b", policy: .cascade([.noAnswer, .invalidFormat])),
    Router(
      cheap: "a", strong: "b",
      policy: .weights(
        bias: -0.25, [.init(when: .tag("x"), value: 1.5), .init(when: .language("de"), value: -0.00001)])),
  ])
  func routersSurviveJSON(router: Router) throws {
    let text = JSONValue.object(router.json).text()
    let object = try #require(try JSONValue(parsing: text).object)
    #expect(Router(json: object) == router)
  }

  @Test(arguments: [
    "{}", "{\"arms\": [\"a\"]}", "{\"arms\": [\"a\", \"a\"], \"escalate\": []}",
    "{\"arms\": [\"a\", \"b\"], \"rules\": [{\"when\": \"words > 3\", \"arm\": \"c\"}], \"otherwise\": \"a\"}",
    "{\"arms\": [\"a\", \"b\"], \"rules\": [{\"when\": \"word > 3\", \"arm\": \"a\"}], \"otherwise\": \"a\"}",
    "{\"arms\": [\"a\", \"b\"], \"escalate\": [\"bored\"]}",
    "{\"arms\": [\"a\", \"b\"], \"weights\": {\"tag\": 1}, \"bias\": 0}",
  ])
  func brokenJSONIsNoRouter(text: String) throws {
    #expect(Router(json: try #require(try JSONValue(parsing: text).object)) == nil)
  }

  @Test func aChoiceSaysWhy() {
    let rules = Router(
      cheap: "small", strong: "large", policy: .rules([.init(when: .over(.words, 5), arm: .strong)], otherwise: .cheap))
    #expect(rules.choice(for: Self.letter) == .init(.strong, "words > 5"))
    #expect(rules.choice(for: InputFeatures(RouteInput("hi"))) == .init(.cheap, "otherwise"))
    let weights = Router(
      cheap: "small", strong: "large",
      policy: .weights(bias: -1, [.init(when: .tag("billing"), value: 1.5), .init(when: .tag("x"), value: 9)]))
    #expect(weights.choice(for: Self.letter) == .init(.strong, "score +0.50: tag \"billing\" (+1.50)"))
    let cascade = Router(cheap: "small", strong: "large", policy: .cascade([.noAnswer, .refusal]))
    #expect(cascade.choice(for: Self.letter).arm == .cheap)
    #expect(cascade.escalates(on: [.cut, .refusal]) == .refusal)
    #expect(cascade.escalates(on: [.cut]) == nil)
    #expect(rules.escalates(on: [.refusal]) == nil)
  }
}
