/** The command line does not say what to check, or names what cannot be read. */
export class CheckUsageError extends Error {}

/** The catalog that was asked for can not be had. */
export class CatalogUnavailable extends Error {}
