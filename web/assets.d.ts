// Addresses that the build puts in.
declare const sealerWasm: string
declare const sealerPure: string
/** What comes behind the first question. */
declare const laterScript: string
/** null: there is no map here, and the list says the same. */
declare const worldMap: string | null
