import * as z from 'zod'

export const text = z.string().min(1)
export const tags = z.record(z.string(), z.string()).default({})
export const size = z.int().min(0)
export const onOff = z.enum(['enabled', 'disabled'])
export const httpTokens = z.enum(['optional', 'required'])
export const hopLimit = z.int().min(1).max(64)
export const patterns = z.union([text, z.array(text)]).transform(value => [value].flat())
export const moment = z.iso.datetime().transform(value => new Date(value))
export const kubernetesVersion = z.string({ error: "is a version in quotes, such as '1.30'" }).regex(/^1\.\d+$/)
export const templateReference = z.string().regex(/^[\w().\-/]+(:(\d+|\$Default|\$Latest))?$/, {
  error: "is a launch template's name with or without a version: web, web:2, web:$Latest, web:$Default",
})
export const accountId = z.string().regex(/^\d{12}$/, { error: 'is an account id: twelve digits in quotes' })
export const regionName = z.string().regex(/^[a-z]+(-[a-z]+)+-\d$/, { error: 'is no Region name' })
