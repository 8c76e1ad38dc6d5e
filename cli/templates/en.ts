// Templates in English.
import type { Templates } from './template.js'

export const english: Templates = {
  language: 'en',
  texts: {
    'first-answer': `Hello,

Thank you for writing to us. I have read your request.

[[what we can do, and by when]]

Please do nothing that could put you or others at risk in order to answer us. You can come back to this page with your 12 words at any time, and add to your request there.

With good wishes`,
    'first-answer-mail': `Hello,

Thank you for writing to us. I have read your mail.

[[what we can do, and by when]]

Please do nothing that could put you or others at risk in order to answer us. If it is safe for you, you can simply answer this mail; leave its subject as it is, so that your answer finds its way to us. Mails can be read by others on their way: write nothing that could endanger you.

With good wishes`,
    questions: `Hello,

Thank you for your request. To be able to help, I need to know a little more:

1. [[question]]
2. [[question]]

Please answer only what is safe for you to tell. You can leave out names and places. To answer, come back to this page with your 12 words and choose to add to your request.

With good wishes`,
    'questions-mail': `Hello,

Thank you for your mail. To be able to help, I need to know a little more:

1. [[question]]
2. [[question]]

Please answer only what is safe for you to tell. You can leave out names and places. To answer, reply to this mail, and leave its subject as it is. Mails can be read by others on their way.

With good wishes`,
    referral: `Hello,

Thank you for your request. We are not the right ones to help with this, but we know who may be: [[organisation, and why]]

You can reach them like this: [[safe way to reach them]]

We have passed on nothing about you. If you want us to ask them on your behalf, please say so here; without your yes we do not.

With good wishes`,
    'referral-mail': `Hello,

Thank you for your mail. We are not the right ones to help with this, but we know who may be: [[organisation, and why]]

You can reach them like this: [[safe way to reach them]]

We have passed on nothing about you. If you want us to ask them on your behalf, please say so in an answer to this mail; without your yes we do not.

With good wishes`,
    'out-of-scope': `Hello,

Thank you for your trust. I have read your request with care. I am sorry: what you describe is outside what our programme can support, because [[reason]].

This says nothing about how serious your situation is. These may be able to help: [[alternatives]]

If something changes, you can write to us again.

With good wishes`,
  },
}
