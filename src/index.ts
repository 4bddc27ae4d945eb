/** The library: the nouns and verbs of the scanner, and the checks. It calls nothing and knows no clock. */
export { checks } from './checks/index.ts'
export { type Check, type Control, defineCheck, type SubjectKind, type SubjectOf, type Subjects } from './core/check.ts'
export { type CoverageStatus, coverageOf, coverageStatuses, type RegionCoverage } from './core/coverage.ts'
export { type Assignment, addJudgements, evaluate, type Judgement, selectChecks } from './core/evaluate.ts'
export { type Finding, findingId } from './core/finding.ts'
export { RegionInventory } from './core/inventory.ts'
export { accountSubject, joinSubjects } from './core/join.ts'
export { ownersIn } from './core/owner.ts'
export { defaultPolicy, type Policy, policySchema } from './core/policy.ts'
export type {
  AccountSubject,
  ClusterSubject,
  ImageSubject,
  LaunchTemplateSubject,
  NodeGroupSubject,
  RegionSubjects,
  Resource,
} from './core/subjects.ts'
export { type Evidence, type Severity, severities, type Verdict } from './core/verdict.ts'
export { waiversIn } from './core/waive.ts'
