/// What people weigh besides the score, both ways side by side.
extension HTMLReport {
  var criteria: String {
    guard !document.criteria.isEmpty else { return "" }
    func side(_ side: ReportDocument.Criterion.Side) -> String {
      "\(HTMLText.line(side.text)) <span class=\"quiet\">(\(HTMLText.line(side.basis, bytes: 20)))</span>"
    }
    let rows = document.criteria.map { one in
      let sign =
        one.favours == .prompting || one.favours == .tuning
        ? "<span class=\"badge \(one.favours == .tuning ? "t" : "p")\">\(one.favours.rawValue)</span>" : "–"
      return """
        <tr><th scope="row">\(HTMLText.line(one.name, bytes: 60))</th><td>\(side(one.prompted))</td>\
        <td>\(side(one.tuned))</td><td>\(sign)</td></tr>
        """
    }
    return """
      <div class="scroll"><table><thead><tr><th scope="col"></th><th scope="col">Prompting</th>\
      <th scope="col">Tuning</th><th scope="col">Speaks for</th></tr></thead>\
      <tbody>\(rows.joined(separator: "\n"))</tbody></table></div>
      """
  }
}
