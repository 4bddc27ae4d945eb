import type { UserDataProblem } from '../core/user-data.ts'

const messages = {
  'mime-missing-blank-line':
    'A header is not followed by an empty line: nodeadm then reads none of the user data ("malformed MIME header"), cloud-init takes this line as the first of the body. Put an empty line before it.',
  'mime-bad-header':
    'A header line begins with a space, has an odd name or holds a control character: nodeadm rejects the whole user data, cloud-init passes over it. Write it as "Name: value" at the beginning of the line.',
  'mime-unquoted-boundary':
    'The boundary has special characters and no quotes: nodeadm does not see a MIME text and fails, cloud-init accepts it. Put the boundary in double quotes.',
  'mime-no-boundary':
    'The Content-Type is multipart and names no boundary: nodeadm rejects the user data and cloud-init finds no part. Add a boundary in double quotes.',
  'mime-boundary-not-found':
    'No line begins a part with the boundary that the header names: nodeadm rejects the user data and cloud-init finds no part. Write the same boundary in the header and, after two hyphens, before each part.',
  'mime-missing-closing-delimiter':
    'The closing delimiter is missing: nodeadm rejects the whole user data ("NextPart: EOF"), cloud-init accepts it. End the text with a line of two hyphens, the boundary and two hyphens.',
  'mime-text-after-closing-delimiter':
    'Text follows the closing delimiter on its line: nodeadm rejects the whole user data, cloud-init takes the line as part of the body. End the line after the last two hyphens.',
  'mime-text-after-delimiter':
    'Text follows the boundary on the line of a delimiter: nodeadm rejects the whole user data, cloud-init takes the line as part of the body. End the line after the boundary.',
  'mime-leading-text':
    'Space or an empty line stands before the first MIME header: nodeadm does not see a MIME text and fails, and cloud-init finds no part after an empty line. Begin the user data with the first header.',
  'mime-bad-content-type':
    'The Content-Type does not parse: nodeadm rejects the whole user data, cloud-init guesses. Write a type and, after a semicolon, parameters as name="value", each once.',
  'mime-mixed-line-endings':
    'Line ends are mixed (CRLF and LF) in the delimiters: nodeadm knows only those of the first delimiter and so fails or joins two parts, cloud-init accepts both. Use LF throughout.',
  'mime-line-too-long':
    'A line outside the parts is longer than 4,096 bytes: nodeadm rejects the whole user data, cloud-init accepts it. Break the line or move it into a part.',
  'mime-too-many-parts':
    'There are more than 1,000 parts: nodeadm and cloud-init would read them all, the rest is not judged here. Write fewer parts.',
  'mime-too-many-headers':
    'A part has more than 10,000 headers: nodeadm rejects the whole user data, cloud-init reads them. Remove those that nothing needs.',
  'mime-bad-quoted-printable':
    'The quoted-printable text of a part is damaged: nodeadm fails on it, cloud-init passes over the damage. Write the part without a transfer encoding.',
  'mime-empty-part':
    'A delimiter directly follows another: nodeadm reads it as a header and rejects the whole user data, cloud-init takes both as one. Remove one of the two lines.',
  'mime-version-missing':
    'There is no MIME-Version header in the first 4,096 bytes: cloud-init then runs none of the parts, although nodeadm reads them. Begin the user data with "MIME-Version: 1.0".',
  'mime-nested':
    'A multipart inside another hides a NodeConfig: nodeadm reads only the outer parts, cloud-init reads both. Move the NodeConfig to the outermost multipart.',
  'node-config-content-type':
    'A NodeConfig stands under another content type: nodeadm takes only parts of type application/node.eks.aws, and cloud-init makes no use of it either. Set that Content-Type on the part.',
  'node-config-in-header':
    'A NodeConfig follows its part header without an empty line: nodeadm and cloud-init both take its keys for headers and the part for empty. Put an empty line before it.',
  'node-config-undecodable':
    'The base64 or gzip of the NodeConfig part is damaged or unfolds to more than 96 KiB: nodeadm cannot read it, and cloud-init leaves it to nodeadm. Encode the NodeConfig again or write it as plain text.',
} as const

export type MimeProblemId = keyof typeof messages

/** The problem of one id at a line of the decoded user data, counted from 1. */
export const mimeProblem = (id: MimeProblemId, line: number): UserDataProblem => ({ id, message: messages[id], line })
