// Everything behind the first question, as a script of its own: it is fetched while people read, so that nobody on a slow
// line waits for it. The build gives it the modules of the first script, which it shares, and the rest of the words.
import { fieldInput } from './inputs/field.js'
import { answered } from './screens/answered.js'
import { fillBefore } from './screens/before.js'
import { comeBack } from './screens/come-back.js'
import { showCode } from './screens/code.js'
import { showReview } from './screens/review.js'
import { sendRequest } from './screens/send.js'

export const laterScreens = {
  fieldInput,
  answered,
  showReview,
  showCode,
  send: sendRequest,
  fillBefore,
  comeBack,
} as const
