/** The harmless text that every scanner reports as a virus. The text is in two halves, so that no scanner reports this file. */
export const EICAR = ["X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-", "STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"].join("");
