/**
 * The harmless EICAR text, which every virus scanner reports as a virus. The text is joined from two parts, so that no scanner reports this
 * source file.
 */
export const EICAR = ["X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-", "STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"].join("");
