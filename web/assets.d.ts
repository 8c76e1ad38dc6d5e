// Addresses that the build puts in.
declare const sealerWasm: string
declare const sealerPure: string
declare const worldMap: string
