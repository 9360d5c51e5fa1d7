// What a room's golden runner supplies: the answer to one case, as text.
#pragma once

#include <string>

// Answers the case whose inputs lie in `folder`. The text is compared with the case's expect.txt, byte for
// byte, so it names files relative to `folder`.
std::string AnswerGoldenCase(const std::string& folder);
