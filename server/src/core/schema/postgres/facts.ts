/** What a schema lets one conclude: the questions that decide between a scan, a rewrite and nothing. */
export { provesNotNull } from './facts/not-null';
export { excludesBound, impliesBound } from './facts/partition-bounds';
export { typeChange, isNarrowing, type TypeChange } from './facts/type-changes';
export { domainHasConstraints } from './facts/domains';
