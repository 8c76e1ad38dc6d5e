// Templates in Vietnamese.
import type { Templates } from './template.js'

export const vietnamese: Templates = {
  language: 'vi',
  texts: {
    'first-answer': `Xin chào,

Cảm ơn bạn đã viết cho chúng tôi. Tôi đã đọc yêu cầu của bạn.

[[chúng tôi có thể làm gì, và khi nào]]

Xin đừng làm bất cứ điều gì có thể gây nguy hiểm cho bạn hoặc người khác chỉ để trả lời chúng tôi. Bạn có thể quay lại trang này bằng 12 từ của bạn vào bất cứ lúc nào và bổ sung cho yêu cầu tại đó.

Chúc bạn bình an`,
    'first-answer-mail': `Xin chào,

Cảm ơn bạn đã viết cho chúng tôi. Tôi đã đọc thư của bạn.

[[chúng tôi có thể làm gì, và khi nào]]

Xin đừng làm bất cứ điều gì có thể gây nguy hiểm cho bạn hoặc người khác chỉ để trả lời chúng tôi. Nếu an toàn cho bạn, bạn có thể trả lời ngay thư này; xin giữ nguyên dòng tiêu đề để thư của bạn đến được với chúng tôi. Người khác có thể đọc được thư trên đường gửi: xin đừng viết điều gì có thể gây nguy hiểm cho bạn.

Chúc bạn bình an`,
    questions: `Xin chào,

Cảm ơn bạn đã gửi yêu cầu. Để có thể giúp, tôi cần biết thêm một chút:

1. [[câu hỏi]]
2. [[câu hỏi]]

Xin chỉ trả lời những gì an toàn cho bạn. Bạn không cần ghi tên người và địa điểm. Để trả lời, hãy quay lại trang này bằng 12 từ của bạn và chọn bổ sung cho yêu cầu.

Chúc bạn bình an`,
    'questions-mail': `Xin chào,

Cảm ơn bạn đã viết thư. Để có thể giúp, tôi cần biết thêm một chút:

1. [[câu hỏi]]
2. [[câu hỏi]]

Xin chỉ trả lời những gì an toàn cho bạn. Bạn không cần ghi tên người và địa điểm. Để trả lời, hãy hồi âm thư này và giữ nguyên dòng tiêu đề. Người khác có thể đọc được thư trên đường gửi.

Chúc bạn bình an`,
    referral: `Xin chào,

Cảm ơn bạn đã gửi yêu cầu. Chúng tôi không phải là nơi phù hợp để giúp việc này, nhưng chúng tôi biết nơi có thể giúp: [[tổ chức nào, và vì sao]]

Bạn có thể liên lạc với họ như sau: [[cách liên lạc an toàn]]

Chúng tôi chưa chuyển bất cứ thông tin nào về bạn cho ai. Nếu bạn muốn chúng tôi hỏi họ thay bạn, xin cho biết tại đây; không có sự đồng ý của bạn, chúng tôi sẽ không làm việc đó.

Chúc bạn bình an`,
    'referral-mail': `Xin chào,

Cảm ơn bạn đã viết thư. Chúng tôi không phải là nơi phù hợp để giúp việc này, nhưng chúng tôi biết nơi có thể giúp: [[tổ chức nào, và vì sao]]

Bạn có thể liên lạc với họ như sau: [[cách liên lạc an toàn]]

Chúng tôi chưa chuyển bất cứ thông tin nào về bạn cho ai. Nếu bạn muốn chúng tôi hỏi họ thay bạn, xin hồi âm thư này để cho biết; không có sự đồng ý của bạn, chúng tôi sẽ không làm việc đó.

Chúc bạn bình an`,
    'out-of-scope': `Xin chào,

Cảm ơn bạn đã tin tưởng. Tôi đã đọc kỹ yêu cầu của bạn. Rất tiếc, điều bạn trình bày nằm ngoài phạm vi mà chương trình của chúng tôi có thể hỗ trợ, vì [[lý do]].

Điều này không có nghĩa là hoàn cảnh của bạn không nghiêm trọng. Những nơi sau đây có thể giúp bạn: [[những nơi khác]]

Nếu có gì thay đổi, bạn có thể viết lại cho chúng tôi.

Chúc bạn bình an`,
  },
}
