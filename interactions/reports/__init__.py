"""The one home of measures: formulas, the queries behind every figure, and the live floor."""
