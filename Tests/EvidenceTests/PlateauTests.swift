import Evidence
import Testing

/// Cases with one right or wrong answer each.
func yesNoCases(_ outcomes: [Bool]) -> [ScoredCase] {
  outcomes.enumerated().map { ScoredCase("\($0.offset)", samples: [.scored($0.element ? 1 : 0, passed: $0.element)]) }
}

@Suite struct PlateauTests {
  /// Versions of a prompt by how many of 400 cases they get right, always the same ones first.
  private func versions(_ right: Int...) -> Plateau {
    Plateau(versions: right.map { right in yesNoCases((0..<400).map { $0 < right }) })
  }

  @Test func states() {
    #expect(versions().state == .tooFewVersions)
    #expect(versions(240, 240, 240).state == .tooFewVersions)
    #expect(versions(240, 240, 240).champion == nil)
    let flat = versions(240, 240, 242, 243)
    #expect(flat.state == .ceiling && !flat.isStuck)
    #expect(flat.hiddenGain.map { $0 > 0.0075 && $0 < 0.05 } == true)
    #expect(versions(240, 280, 280, 280).state == .improving)
    // The champion is the best before the window, not the first.
    let risen = versions(240, 300, 280, 290, 301, 299)
    #expect(risen.champion == 1 && risen.state == .ceiling)
    // Each step is too small to see, the whole way is not.
    #expect(versions(240, 244, 248, 258).state == .improving)
    #expect(versions(240, 240, 240, 250).state == .unclear || versions(240, 240, 240, 250).state == .improving)
  }

  @Test func aFallIsNoMovement() {
    let fallen = versions(240, 241, 240, 140)
    #expect(fallen.state == .ceiling && fallen.lastIsWorse)
    #expect(fallen.gainPValues[2] == 1)
  }

  @Test func aLowCeilingIsStuck() {
    #expect(versions(100, 100, 101, 102).isStuck)
    #expect(!versions(200, 200, 201, 202).isStuck)
  }

  @Test func fewCasesCannotTell() {
    let few = Plateau(versions: Array(repeating: yesNoCases((0..<40).map { $0 < 30 }), count: 4))
    #expect(few.state == .unclear)
  }

  @Test func gradedVersions() {
    let version = { (gain: Double) in
      (0..<200).map { index -> ScoredCase in
        let score = 0.4 + Double(index % 3) / 10 + gain * Double(index % 2)
        return ScoredCase("\(index)", samples: [.scored(score, passed: score > 0.5)])
      }
    }
    #expect(Plateau(versions: [version(0), version(0), version(0.2), version(0)]).state == .improving)
    #expect(Plateau(versions: [version(0), version(0), version(0.01), version(0)]).state == .ceiling)
  }
}
