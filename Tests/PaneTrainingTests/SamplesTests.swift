import Domain
import Drawing
import Foundation
import Testing
import WorkbenchCore

@testable import PaneTraining

@Suite struct SamplesTests {
  private let job = TrainingJob(
    id: JobID(1), backend: "mlx", base: "tiny", data: "d", settings: TrainingSettings(), state: .running,
    created: Date(timeIntervalSince1970: 0))

  private func rows(_ view: inout SamplesView, _ detail: JobDetail, _ width: Int) -> [String] {
    var surface = Surface(width: width, height: 30)
    view.draw(detail, Workspace(folder: "/nowhere", name: "w"), in: surface.bounds, on: &surface, theme: .dark)
    return surface.text().split(separator: "\n").map(String.init)
  }

  @Test(arguments: [24, 40, 46, 80]) func longAnswersStayBesideTheirStep(_ width: Int) {
    var detail = JobDetail(job: job)
    let answer = "{" + String(repeating: "\"\", ", count: 60) + "}"
    detail.samples = [0, 100].map { Domain.Sample(step: $0, caseID: "c1", text: answer) }
    var view = SamplesView()
    let rows = rows(&view, detail, width)
    #expect(rows.first?.hasPrefix("c1") == true || rows.count > 20)
    #expect(rows.dropFirst().allSatisfy { $0.hasPrefix(" ") }, "\(rows)")
  }

  @Test func casesTakeTurns() {
    var detail = JobDetail(job: job)
    detail.samples = ["a", "b"].map { Domain.Sample(step: 10, caseID: $0, text: "answer to \($0)") }
    var view = SamplesView()
    #expect(rows(&view, detail, 40).contains { $0.contains("answer to a") })
    view.turn(by: 1, detail)
    #expect(rows(&view, detail, 40).contains { $0.contains("answer to b") } && view.label(detail) == "case 2 of 2")
    view.turn(by: 1, detail)
    #expect(rows(&view, detail, 40).contains { $0.contains("answer to a") })
  }
}
